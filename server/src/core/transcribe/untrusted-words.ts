import type { TimeSpan } from '../domain/audio.ts';
import type { RemovalReason, TranscriptFindings, Word } from '../domain/transcript.ts';
import type { HeardPart } from './heard-part.ts';
import { bare } from './sentence-words.ts';

type Removed = TranscriptFindings['removed'][number];

/** Whisper's own rule: nothing was said when the model thinks so and is not sure of its words (OpenAI's `transcribe.py`, defaults). */
const NO_SPEECH = 0.6;
const UNSURE = Math.exp(-1);
/** How often each pair of words comes, on average, in text that repeats itself; ordinary speech is below 1.3. Stands for Whisper's compression ratio. */
const REPEATING = 2;
/** Words so far from all speech that was found were not said, unless the engine is sure of them. */
const FAR_MS = 500;
const SURE = 0.5;
/** The longest phrase that is looked for. */
const LONGEST_PHRASE = 12;

/**
 * Takes out what was not said: text on silence and noise, and phrases that an engine got caught in. What was taken out is told with its
 * reason; all other words stay as they are.
 */
export function withoutUntrusted(parts: readonly HeardPart[]): { parts: HeardPart[]; removed: Removed[] } {
  const removed: Removed[] = [];
  const kept = parts.map((part) => {
    if (isSilent(part)) {
      removed.push(...removal(part.words, 'no-speech'));
      return { ...part, words: [] };
    }
    const { inside, outside } = bySpeech(part);
    for (const run of outside) removed.push(...removal(run, 'outside-speech'));
    const { words, loops } = withoutLoops(inside);
    for (const loop of loops) removed.push(...removal(loop, 'repetition'));
    return { ...part, words };
  });
  return { parts: kept, removed };
}

function isSilent({ noSpeech, words }: HeardPart): boolean {
  return noSpeech !== null && noSpeech > NO_SPEECH && words.length > 0 && geometricMean(words) < UNSURE;
}

/** What the mean of logarithms of probabilities stands for. */
function geometricMean(words: readonly Word[]): number {
  return Math.exp(words.reduce((sum, { confidence }) => sum + Math.log(Math.max(confidence, 1e-6)), 0) / words.length);
}

/** Words where speech was found (or of which the engine is sure), and runs of those that lie apart from it. */
function bySpeech({ words, utterances }: HeardPart): { inside: Word[]; outside: Word[][] } {
  const [inside, outside]: [Word[], Word[][]] = [[], []];
  let last: Word | null = null;
  for (const word of words) {
    const far = word.confidence < SURE && utterances.every((span) => gapBetween(word, span) > FAR_MS);
    if (!far) inside.push(word);
    else if (last !== null && last === outside.at(-1)?.at(-1)) outside.at(-1)?.push(word);
    else outside.push([word]);
    last = word;
  }
  return { inside, outside };
}

function gapBetween(a: TimeSpan, b: TimeSpan): number {
  return Math.max(0, a.startMs - b.endMs, b.startMs - a.endMs);
}

/**
 * Keeps a phrase once that comes over and over. People say "no, no, no, no" and singers their refrain: a phrase has to come more often
 * than that, less so where the whole text repeats itself.
 */
export function withoutLoops(words: readonly Word[]): { words: Word[]; loops: Word[][] } {
  const texts = words.map(({ text }) => bare(text) || text);
  const suspicious = repetitionOf(texts) > REPEATING;
  const [kept, loops]: [Word[], Word[][]] = [[], []];
  for (let at = 0; at < words.length;) {
    const loop = loopAt(texts, at, suspicious);
    if (loop === null) {
      kept.push(...words.slice(at, at + 1));
      at += 1;
      continue;
    }
    kept.push(...words.slice(at, at + loop.phrase));
    loops.push(words.slice(at + loop.phrase, at + loop.phrase * loop.times));
    at += loop.phrase * loop.times;
  }
  return { words: kept, loops };
}

/** The loop that begins at a word: a phrase of so many words, so many times in a row; the shortest phrase counts. */
function loopAt(texts: readonly string[], at: number, suspicious: boolean): { phrase: number; times: number } | null {
  for (let phrase = 1; phrase <= LONGEST_PHRASE && at + phrase < texts.length; phrase++) {
    let end = at + phrase;
    while (end < texts.length && texts[end] === texts[end - phrase]) end++;
    const times = Math.floor((end - at) / phrase);
    if (times >= leastTimes(phrase, suspicious)) return { phrase, times };
  }
  return null;
}

function leastTimes(phrase: number, suspicious: boolean): number {
  if (phrase === 1) return suspicious ? 6 : 8;
  if (phrase <= 3) return suspicious ? 4 : 6;
  return suspicious ? 3 : 4;
}

function repetitionOf(texts: readonly string[]): number {
  const pairs = new Set(texts.slice(1).map((text, i) => `${texts[i]} ${text}`));
  return pairs.size === 0 ? 0 : (texts.length - 1) / pairs.size;
}

function removal(words: readonly Word[], reason: RemovalReason): Removed[] {
  const [first, last] = [words[0], words.at(-1)];
  if (!first || !last) return [];
  return [{ startMs: first.startMs, endMs: last.endMs, text: words.map(({ text }) => text).join(' '), reason }];
}
