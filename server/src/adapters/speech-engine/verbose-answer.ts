import { z } from 'zod';
import { languageCode } from './language-code.ts';
import type { HeardSegment, HeardText, HeardToken } from './heard-text.ts';

const number = z.number().nullish();
const word = z.object({ word: z.string().nullish(), start: number, end: number, probability: number });
const answerSchema = z.object({
  text: z.string(),
  language: z.string().nullish(),
  words: z.array(word).nullish(),
  segments: z
    .array(
      z.object({
        text: z.string().default(''),
        start: number,
        end: number,
        avg_logprob: number,
        no_speech_prob: number,
        words: z.array(word).nullish(),
      }),
    )
    .nullish(),
});

export interface VerboseAnswer {
  readonly heard: HeardText;
  /** ISO 639, where the server tells. */
  readonly language: string | null;
  /** 0..1 where the server tells: of the stretch that most likely holds speech. */
  readonly noSpeech: number | null;
}

/**
 * Reads `verbose_json` and `json` of OpenAI's speech API, and what other servers call so: words beside the segments or in them, with
 * probabilities or without, times in seconds. Words and segments without usable times are as if they were not told.
 *
 * @throws SyntaxError, ZodError for anything else
 */
export function readVerboseAnswer(json: string): VerboseAnswer {
  // oxlint-disable-next-line no-control-regex -- some servers do not escape these within texts
  const answer = answerSchema.parse(JSON.parse(json.replaceAll(/[\u0000-\u001f]/g, ' ')));
  const segments = (answer.segments ?? []).flatMap((segment) => timed(segment, segment.text, segment.avg_logprob));
  const words = answer.words?.length ? answer.words : (answer.segments ?? []).flatMap((segment) => segment.words ?? []);
  const tokens = words.flatMap((told): HeardToken[] => {
    const [token] = timed(told, told.word ?? '', null);
    if (!token || token.text === '' || token.text.includes('\uFFFD')) return [];
    return [{ ...token, probability: told.probability ?? probabilityAt(segments, token) }];
  });
  const silences = (answer.segments ?? []).flatMap(({ no_speech_prob: silence }) =>
    typeof silence === 'number' ? [silence] : [],
  );
  return {
    // Half a character, where a token holds only part of one.
    heard: { text: answer.text.replaceAll('\uFFFD', '').trim(), tokens, segments },
    language: languageCode(answer.language),
    noSpeech: silences.length > 0 ? Math.min(1, Math.max(0, Math.min(...silences))) : null,
  };
}

type Timed = HeardSegment & { readonly probability: number | null };

/** As a list, empty where the times cannot be: negative ones mean "not known". */
function timed(
  told: { start?: number | null | undefined; end?: number | null | undefined },
  text: string,
  logProbability: number | null | undefined,
): Timed[] {
  const { start, end } = told;
  if (typeof start !== 'number' || start < 0) return [];
  const probability = typeof logProbability === 'number' ? Math.min(1, Math.exp(logProbability)) : null;
  const startMs = start * 1000;
  return [{ text: text.trim(), startMs, endMs: Math.max(startMs, (end ?? start) * 1000), probability }];
}

/** A word without a probability of its own is as sure as its segment. */
function probabilityAt(segments: readonly Timed[], { startMs, endMs }: Timed): number | null {
  const middle = (startMs + endMs) / 2;
  return segments.find((segment) => segment.startMs <= middle && middle <= segment.endMs)?.probability ?? null;
}
