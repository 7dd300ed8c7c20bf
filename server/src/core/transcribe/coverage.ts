import type { Coverage, CoverageReason, Transcript } from '@scholium/contract';
import type { TimeSpan } from '../domain/audio.ts';
import type { TranscriptFindings, Word } from '../domain/transcript.ts';

/** Speech without a word for so long is told; shorter is breath, laughter or a slow speaker. */
const SILENT_MS = 2_000;
/** Words may begin or end so much outside what the detector took for speech. */
const NEAR_MS = 300;
/** A stretch of words is unsure when their mean confidence is below this; engines differ, so it is told beside the recording's own. */
const UNSURE = 0.5;
/** How many words make a stretch. */
const STRETCH_WORDS = 8;
/** How near to a seam words are worth a look. */
const SEAM_MS = 1_000;
const MINUTE_MS = 60_000;
const WORST = 10;
/** What a second of each finding counts when minutes are compared. */
const WEIGHT: Readonly<Record<CoverageReason, number>> = {
  'speech-without-words': 1,
  'words-without-speech': 0.5,
  'low-confidence': 0.5,
  removed: 1,
  seam: 0.1,
};

interface Finding extends TimeSpan {
  readonly reason: CoverageReason;
}

/** What of a recording's speech the transcript holds, and which minutes are worth listening to again. */
export function coverageOf(transcript: Transcript, findings: TranscriptFindings): Coverage {
  const words = transcript.segments.flatMap((segment) => segment.words);
  const spans = merged(words.map(({ startMs, endMs }) => ({ startMs: startMs - NEAR_MS, endMs: endMs + NEAR_MS })));
  const speechWithoutWords = without(findings.speech, spans).filter((span) => lengthOf(span) >= SILENT_MS);
  const near = merged(findings.speech.map(({ startMs, endMs }) => ({ startMs: startMs - NEAR_MS, endMs: endMs + NEAR_MS })));
  const wordsWithoutSpeech = merged(words.filter((word) => !touchesOne(word, near)));
  const lowConfidence = unsureStretches(words);
  const seams = findings.seams.filter((at) => words.some((word) => word.startMs < at + SEAM_MS && word.endMs > at - SEAM_MS));
  const speechMs = sumOf(findings.speech);
  const all: Finding[] = [
    ...speechWithoutWords.map(told('speech-without-words')),
    ...wordsWithoutSpeech.map(told('words-without-speech')),
    ...lowConfidence.map(told('low-confidence')),
    ...findings.removed.map(({ startMs, endMs }) => ({ startMs, endMs, reason: 'removed' as const })),
    ...seams.map((at) => ({ startMs: Math.max(0, at - SEAM_MS), endMs: at + SEAM_MS, reason: 'seam' as const })),
  ];
  return {
    sourceId: transcript.sourceId,
    version: transcript.version,
    durationMs: transcript.durationMs,
    speechMs,
    coveredMs: Math.max(0, speechMs - sumOf(speechWithoutWords)),
    words: words.length,
    confidence: words.length === 0 ? null : words.reduce((sum, word) => sum + word.confidence, 0) / words.length,
    speechWithoutWords,
    wordsWithoutSpeech,
    lowConfidence,
    removed: findings.removed,
    // Versions that were made before have none.
    repaired: findings.repaired ?? [],
    seams: findings.seams,
    worstMinutes: worstMinutes(all),
  };
}

function told(reason: CoverageReason): (span: TimeSpan) => Finding {
  return ({ startMs, endMs }) => ({ startMs, endMs, reason });
}

/** Stretches of words that the engine is unsure of, those that touch put together. */
function unsureStretches(words: readonly Word[]): TimeSpan[] {
  const unsure: TimeSpan[] = [];
  for (let at = 0; at + STRETCH_WORDS <= words.length; at += STRETCH_WORDS / 2) {
    const stretch = words.slice(at, at + STRETCH_WORDS);
    const mean = stretch.reduce((sum, word) => sum + word.confidence, 0) / stretch.length;
    const [first, last] = [stretch[0], stretch.at(-1)];
    if (mean < UNSURE && first && last) unsure.push({ startMs: first.startMs, endMs: last.endMs });
  }
  return merged(unsure);
}

/** The minutes with most to look at, worst first, with the reasons in them. */
function worstMinutes(findings: readonly Finding[]): Coverage['worstMinutes'] {
  const minutes = new Map<number, { score: number; reasons: Set<CoverageReason> }>();
  for (const { reason, ...span } of findings) {
    for (
      let minute = Math.floor(span.startMs / MINUTE_MS);
      minute * MINUTE_MS < Math.max(span.endMs, span.startMs + 1);
      minute++
    ) {
      const found = minutes.get(minute) ?? { score: 0, reasons: new Set() };
      const within = overlap(span, { startMs: minute * MINUTE_MS, endMs: (minute + 1) * MINUTE_MS });
      found.score += (within / 1000) * WEIGHT[reason];
      found.reasons.add(reason);
      minutes.set(minute, found);
    }
  }
  return [...minutes]
    .filter(([, { reasons }]) => [...reasons].some((reason) => reason !== 'seam'))
    .sort(([m, a], [n, b]) => b.score - a.score || m - n)
    .slice(0, WORST)
    .map(([minute, { score, reasons }]) => ({
      startMs: minute * MINUTE_MS,
      endMs: (minute + 1) * MINUTE_MS,
      score: Math.round(score * 10) / 10,
      reasons: [...reasons],
    }));
}

/** The spans in order, those that overlap or touch as one. */
function merged(spans: readonly TimeSpan[]): { startMs: number; endMs: number }[] {
  const all: { startMs: number; endMs: number }[] = [];
  for (const { startMs, endMs } of spans.toSorted((a, b) => a.startMs - b.startMs)) {
    const last = all.at(-1);
    if (last && startMs <= last.endMs) last.endMs = Math.max(last.endMs, endMs);
    else all.push({ startMs, endMs });
  }
  return all;
}

/** What is left of spans when others, in order and apart, are taken away. */
function without(spans: readonly TimeSpan[], taken: readonly TimeSpan[]): { startMs: number; endMs: number }[] {
  return spans.flatMap(({ startMs, endMs }) => {
    const left: { startMs: number; endMs: number }[] = [];
    let from = startMs;
    for (let i = firstAfter(taken, startMs); (taken[i]?.startMs ?? endMs) < endMs; i++) {
      const other = taken[i];
      if (!other) break;
      if (other.startMs > from) left.push({ startMs: from, endMs: other.startMs });
      from = Math.max(from, other.endMs);
    }
    if (from < endMs) left.push({ startMs: from, endMs });
    return left;
  });
}

function touchesOne(word: TimeSpan, spans: readonly TimeSpan[]): boolean {
  const next = spans[firstAfter(spans, word.startMs)];
  return next !== undefined && next.startMs < Math.max(word.endMs, word.startMs + 1);
}

/** The first of spans (in order and apart) that ends after a moment. */
function firstAfter(spans: readonly TimeSpan[], ms: number): number {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.endMs ?? Infinity) > ms) high = middle;
    else low = middle + 1;
  }
  return low;
}

function overlap(a: TimeSpan, b: TimeSpan): number {
  return Math.max(0, Math.min(a.endMs, b.endMs) - Math.max(a.startMs, b.startMs));
}

function lengthOf({ startMs, endMs }: TimeSpan): number {
  return endMs - startMs;
}

function sumOf(spans: readonly TimeSpan[]): number {
  return spans.reduce((sum, span) => sum + lengthOf(span), 0);
}
