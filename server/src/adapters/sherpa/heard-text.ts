import { z } from 'zod';
import type { HeardText as HeardSpeech, HeardToken } from '../speech-engine/heard-text.ts';

/** What sherpa gives for a piece of sound, as its JSON has it; times in seconds from the start of the piece. */
const resultSchema = z.object({
  text: z.string(),
  lang: z.string().default(''),
  tokens: z.array(z.string()).default([]),
  timestamps: z.array(z.number()).default([]),
  durations: z.array(z.number()).default([]),
  ys_log_probs: z.array(z.number()).default([]),
  segment_timestamps: z.array(z.number()).default([]),
  segment_durations: z.array(z.number()).default([]),
  segment_texts: z.array(z.string()).default([]),
  start_time: z.number().default(0),
});

/** What sherpa heard in a piece of sound. */
export interface HeardText extends HeardSpeech {
  /** ISO 639-1, where the engine tells. */
  readonly language: string | null;
  /** How many tokens the model gave, times of segments included. */
  readonly tokenCount: number;
}

/** Reads the engine's JSON; raw control characters within texts, which it does not escape, become spaces. */
export function readResult(json: string): HeardText {
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  const result = resultSchema.parse(JSON.parse(json.replaceAll(/[\u0000-\u001f]/g, ' ')));
  const offsetMs = result.start_time * 1000;
  const hasTimes = result.timestamps.length > 0 && result.timestamps.length === result.tokens.length;
  return {
    // Half a character, where a token holds only part of one.
    text: result.text.replaceAll('\uFFFD', '').trim(),
    language: languageOf(result.lang),
    tokens: hasTimes ? result.tokens.map((text, i) => tokenOf(text, i)) : [],
    tokenCount: result.tokens.length + 2 * result.segment_texts.length,
    segments: result.segment_texts.map((text, i) => {
      const startMs = offsetMs + (result.segment_timestamps[i] ?? 0) * 1000;
      return { text: text.trim(), startMs, endMs: startMs + (result.segment_durations[i] ?? 0) * 1000 };
    }),
  };

  function tokenOf(text: string, index: number): HeardToken {
    const startMs = offsetMs + (result.timestamps[index] ?? 0) * 1000;
    const lastsMs = (result.durations[index] ?? 0) * 1000;
    const logProbability = result.ys_log_probs[index];
    return {
      text: text.trim(),
      startMs,
      endMs: lastsMs > 0 ? startMs + lastsMs : null,
      probability: logProbability === undefined ? null : Math.min(1, Math.exp(logProbability)),
    };
  }
}

/** `<|en|>` and `en` are English; `<|nospeech|>` is no language. Whisper's name of Javanese is an old one. */
function languageOf(tag: string): string | null {
  const code = tag.replaceAll(/[<|>]/g, '');
  if (!/^[a-z]{2,3}$/.test(code)) return null;
  return code === 'jw' ? 'jv' : code;
}
