import { segmentsOf, type HeardUtterance } from './segments.ts';
import type { HeardPart } from './heard-part.ts';
import { joinParts } from './join-parts.ts';
import { repairBySound } from './repair-by-sound.ts';
import { withoutUntrusted } from './untrusted-words.ts';
import type { Segment, TranscriptFindings, Word } from '../domain/transcript.ts';

/** The language tag of what nobody has named. */
export const UNKNOWN_LANGUAGE = 'und';

export interface HeardText {
  readonly segments: readonly Segment[];
  readonly language: string;
  readonly findings: TranscriptFindings;
}

/**
 * Sentences from what an engine heard, part by part in the order of the recording, and how they came about.
 *
 * @param options.vocabulary terms of the course, put in place of what sounds like them, and written as they are there
 * @param options.language ISO 639-1 when it was known before; null takes the one that most words were heard in
 */
export function heardText(
  parts: readonly HeardPart[],
  options: { readonly punctuates: boolean; readonly language: string | null; readonly vocabulary: readonly string[] },
): HeardText {
  const { parts: spoken, removed } = withoutUntrusted(joinParts(parts));
  const language = options.language ?? spokenMost(spoken);
  const repaired: TranscriptFindings['repaired'] = [];
  const trusted = spoken.map((part) => {
    if (!isEnglish(part.language ?? language)) return part;
    const mended = repairBySound(part.words, options.vocabulary);
    repaired.push(...mended.repaired);
    return { ...part, words: mended.words };
  });
  const utterances = trusted.flatMap((part) => utterancesOf(part, options.language ?? part.language ?? language));
  return {
    segments: segmentsOf(utterances, { punctuates: options.punctuates, language, vocabulary: options.vocabulary }),
    language,
    findings: { speech: speechOf(parts), seams: seamsOf(parts), removed, repaired },
  };
}

function isEnglish(language: string): boolean {
  return /^en\b/i.test(language);
}

function spokenMost(parts: readonly HeardPart[]): string {
  const words = new Map<string, number>();
  for (const part of parts)
    if (part.language !== null) words.set(part.language, (words.get(part.language) ?? 0) + part.words.length);
  return [...words].sort(([, a], [, b]) => b - a)[0]?.[0] ?? UNKNOWN_LANGUAGE;
}

/** Gives each word to the utterance it lies in (by its middle); words are never lost, whatever an engine says of their times. */
function utterancesOf(part: HeardPart, language: string): HeardUtterance[] {
  const utterances = part.utterances.map((span) => ({ ...span, language, words: [] as Word[] }));
  const first = utterances[0];
  if (!first) return [];
  for (const word of part.words) {
    const middle = (word.startMs + word.endMs) / 2;
    let home = first;
    for (const utterance of utterances) if (utterance.startMs <= middle) home = utterance;
    home.words.push(word);
  }
  return utterances.filter((utterance) => utterance.words.length > 0);
}

/** Where speech was found; what overlaps or touches is one. */
function speechOf(parts: readonly HeardPart[]): { startMs: number; endMs: number }[] {
  const spans: { startMs: number; endMs: number }[] = [];
  for (const { startMs, endMs } of parts.flatMap((part) => part.utterances)) {
    const last = spans.at(-1);
    if (last && startMs <= last.endMs) last.endMs = Math.max(last.endMs, endMs);
    else spans.push({ startMs, endMs });
  }
  return spans;
}

/** Where one part ends and the next begins: in the middle of what both heard, or of the pause between them. */
function seamsOf(parts: readonly HeardPart[]): number[] {
  return parts.slice(1).flatMap((part, i) => {
    const [end, start] = [parts[i]?.utterances.at(-1)?.endMs, part.utterances[0]?.startMs];
    return end === undefined || start === undefined ? [] : [Math.round((end + start) / 2)];
  });
}
