/** A line of captions: when it is shown, who speaks (where that is said) and what, without any markup. */
export interface CaptionCue {
  /** Milliseconds from the start of the recording. */
  readonly startMs: number;
  /** Later than `startMs`, and not later than the next cue's start. */
  readonly endMs: number;
  readonly speaker: string | null;
  readonly text: string;
}

/** A time as people and programs write it: hours may be missing or many, `,` or `.` before the fraction. */
const TIME = String.raw`(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,9}))?`;
const TIMING = new RegExp(String.raw`^\s*${TIME}\s*-{1,2}>\s*${TIME}`);
/** Longest time that is believed: 1,000 hours. */
const MOST_MS = 3_600_000_000;

/**
 * The cues of SRT or WebVTT text (https://www.w3.org/TR/webvtt1/): identifiers, settings, comments, styles and regions are
 * left out, tags stripped, character references decoded, broken cues skipped. Cues come out sorted, each longer than nothing and
 * none overlapping the next: one that starts in the midst of another ends it; cues that start together become one. What a line repeats
 * from the one before (rolling captions) is said once.
 *
 * @example parseCaptions('WEBVTT\n\n00:01.000 --> 00:02.500\n<v Ada>Hello</v>')[0]?.speaker === 'Ada'
 */
export function parseCaptions(text: string): CaptionCue[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .replaceAll('\u0000', '\uFFFD')
    .split(/\r\n|\n|\r/);
  return makeSound(withoutRepeats(readCues(lines).sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs)));
}

function readCues(lines: readonly string[]): CaptionCue[] {
  const cues: CaptionCue[] = [];
  for (let at = 0; at < lines.length;) {
    const timing = TIMING.exec(lines[at] ?? '');
    at++;
    if (!timing) {
      at = /^(?:NOTE|STYLE|REGION)(?:[ \t]|$)/.test(lines[at - 1] ?? '') ? endOfBlock(lines, at) : at;
      continue;
    }
    const payload: string[] = [];
    while (at < lines.length && lines[at]?.trim() !== '' && !TIMING.test(lines[at] ?? '')) payload.push(lines[at++] ?? '');
    // Without an empty line between cues, the next one's number stands at the end of this one.
    if (at < lines.length && TIMING.test(lines[at] ?? '') && /^\s*\d+\s*$/.test(payload.at(-1) ?? '')) payload.pop();
    const startMs = readTime(timing.slice(1, 5));
    const endMs = readTime(timing.slice(5, 9));
    if (startMs > MOST_MS || endMs > MOST_MS || endMs < startMs) continue;
    for (const { speaker, text } of readVoices(payload)) cues.push({ startMs, endMs, speaker, text });
  }
  return cues;
}

function endOfBlock(lines: readonly string[], from: number): number {
  let at = from;
  while (at < lines.length && lines[at]?.trim() !== '' && !TIMING.test(lines[at] ?? '')) at++;
  return at;
}

function readTime([hours = '0', minutes = '0', seconds = '0', fraction = '0']: readonly (string | undefined)[]): number {
  const ms = Math.floor(Number(`0.${fraction}`) * 1_000 + 1e-6);
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000 + ms;
}

/** Tags and times inside a cue; the last two kinds lack their end. */
const TAGS = /<\/?[a-z0-9][^<>]*>|<\/?>|<\/?(?:[cibu]|ruby|rt|lang|font)(?:\.[\w.-]*)?(?=\s|$)|<\d[\d:.]*/gi;

/** What each voice of one cue says: `<v Name>`, or `Name:` and `>>` by the habits of captioners. */
function readVoices(payload: readonly string[]): { speaker: string | null; text: string }[] {
  const spoken: { speaker: string | null; text: string }[] = [];
  // SSA positions ({\an8}) are met in SRT files. Ruby text is a reading aid, not something said.
  const marked = payload
    .join('\n')
    .replace(/\{\\[^{}\n]{0,200}\}/g, '')
    .replace(/<rt(?:\.[^<>]*)?>[^<]*(?:<\/rt>)?/gi, '');
  const parts = marked.split(/<v(?:\.[^\s<>]*)?(?:[ \t\n]([^<>]*))?>/);
  for (let index = 0; index < parts.length; index += 2) {
    const named = index === 0 ? null : plain(parts[index - 1] ?? '');
    const text = plain((parts[index] ?? '').replace(TAGS, ''));
    if (text === '') continue;
    spoken.push(named ? { speaker: named, text } : byHabit(text));
  }
  return spoken;
}

/** `ADA LOVELACE: text` and `>> Ada: text`; a colon after one ordinary word is part of a sentence. */
function byHabit(text: string): { speaker: string | null; text: string } {
  const said = text.replace(/^(?:>>+|-)\s*(?=\S)/, '');
  const named = /^(\p{Lu}[\p{L}\p{M}.'’-]*(?: \p{Lu}[\p{L}\p{M}\d.'’-]*){0,3}):\s+(?=\S)/u.exec(said);
  const isName = named?.[1] !== undefined && (text !== said || named[1] === named[1].toUpperCase() || named[1].includes(' '));
  return isName ? { speaker: named[1] ?? null, text: said.slice(named[0].length) } : { speaker: null, text: said };
}

const REFERENCES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  lrm: '',
  rlm: '',
};

function plain(text: string): string {
  return (
    text
      .replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,5}));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
        if (name !== undefined) return REFERENCES[name.toLowerCase()] ?? whole;
        const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
        return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
      })
      .toWellFormed()
      // oxlint-disable-next-line no-control-regex -- characters that nobody sees
      .replace(/[\u0000-\u0008\u000E-\u001F\u007F-\u009F\u00AD\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF]/g, '')
      .normalize('NFC')
      .replace(/\s+/g, ' ')
      .trim()
  );
}

/** Rolling captions show each line twice: as the new one, then above the next. */
function withoutRepeats(cues: readonly CaptionCue[]): CaptionCue[] {
  const kept: CaptionCue[] = [];
  let last: CaptionCue | undefined;
  for (const cue of cues) {
    const rolls = last !== undefined && cue.startMs - last.endMs < 100 && cue.startMs > last.startMs;
    const before = last;
    last = cue;
    if (!rolls || before === undefined) kept.push(cue);
    else if (cue.text === before.text) extend(kept, cue);
    else {
      const tail = newPart(before.text, cue.text);
      if (tail === '') extend(kept, cue);
      else kept.push({ ...cue, text: tail });
    }
  }
  return kept;
}

/** The last line that was kept stays until this cue ends, if it is still shown in it. */
function extend(kept: CaptionCue[], cue: CaptionCue): void {
  const shown = kept.at(-1);
  if (shown && cue.text.endsWith(shown.text)) kept[kept.length - 1] = { ...shown, endMs: Math.max(shown.endMs, cue.endMs) };
}

/** What comes after the lines that were shown before: at least three words of them must be repeated to count. */
function newPart(before: string, now: string): string {
  const words = before.split(' ');
  for (let from = 0; words.length - from >= 3; from++) {
    const repeated = words.slice(from).join(' ');
    if (now === repeated) return '';
    if (now.startsWith(`${repeated} `)) return now.slice(repeated.length + 1);
  }
  return now;
}

function makeSound(cues: readonly CaptionCue[]): CaptionCue[] {
  const sound: CaptionCue[] = [];
  for (const cue of cues) {
    const last = sound.at(-1);
    if (last && cue.startMs === last.startMs) {
      const text = last.text === cue.text ? cue.text : `${last.text} ${cue.text}`;
      const speaker = last.speaker === cue.speaker ? cue.speaker : null;
      sound[sound.length - 1] = { startMs: cue.startMs, endMs: Math.max(last.endMs, cue.endMs), speaker, text };
      continue;
    }
    if (last && last.endMs > cue.startMs) sound[sound.length - 1] = { ...last, endMs: cue.startMs };
    sound.push(cue);
  }
  return sound.filter(({ startMs, endMs }) => endMs > startMs);
}
