import { z } from 'zod';
import { languageCode } from '../speech-engine/language-code.ts';
import type { HeardToken } from '../speech-engine/heard-text.ts';
import type { VerboseAnswer } from '../speech-engine/verbose-answer.ts';

const offsets = z.object({ from: z.number(), to: z.number() });
const answerSchema = z.object({
  result: z.object({ language: z.string() }),
  transcription: z.array(
    z.object({
      offsets,
      text: z.string(),
      tokens: z.array(z.object({ text: z.string(), offsets: offsets.optional(), p: z.number() })).default([]),
    }),
  ),
});

/** `[_BEG_]`, `[_TT_50]`, `<|endoftext|>` are no text. */
const SPECIAL = /^(?:\[_.*\]|<\|.*\|>)$/;

/**
 * Reads what `whisper-cli -ojf` writes. A token may hold only a part of a character: the file is then no UTF-8, so it is read byte by
 * byte, and tokens are put together until their bytes are characters.
 *
 * @throws SyntaxError, ZodError
 */
export function readCliAnswer(file: Uint8Array): VerboseAnswer {
  const latin = Buffer.from(file).toString('latin1');
  // oxlint-disable-next-line no-control-regex -- it does not escape these within texts
  const bytes = latin.replaceAll(/[\u0000-\u001f]/g, ' ');
  const answer = answerSchema.parse(JSON.parse(bytes));
  const segments = answer.transcription.map(({ text, offsets: { from, to } }) => ({
    text: decode(text).replaceAll('\uFFFD', ''),
    startMs: from,
    endMs: Math.max(from, to),
  }));
  return {
    heard: {
      text: segments
        .map(({ text }) => text)
        .join('')
        .trim(),
      tokens: answer.transcription.flatMap(({ tokens }) => wholeTokens(tokens)),
      segments: segments.map((segment) => ({ ...segment, text: segment.text.trim() })),
    },
    language: languageCode(answer.result.language),
    noSpeech: null,
  };
}

type CliToken = z.infer<typeof answerSchema>['transcription'][number]['tokens'][number];

function wholeTokens(tokens: readonly CliToken[]): HeardToken[] {
  const whole: HeardToken[] = [];
  let begun: { bytes: string; startMs: number; endMs: number; probability: number } | null = null;
  for (const { text, offsets: span, p } of tokens) {
    if (SPECIAL.test(text)) continue;
    const bytes: string = (begun?.bytes ?? '') + text;
    const startMs: number = begun?.startMs ?? span?.from ?? -1;
    const endMs = Math.max(begun?.endMs ?? -1, span?.to ?? -1);
    const probability: number = Math.min(begun?.probability ?? 1, p);
    const decoded = decode(bytes);
    // Three bytes that are no character will not become one: a character has four at most.
    const isPart = decoded.endsWith('\uFFFD') && bytes.length - Buffer.byteLength(decoded.replace(/\uFFFD+$/, '')) < 4;
    begun = isPart ? { bytes, startMs, endMs, probability } : null;
    const trimmed = decoded.replaceAll('\uFFFD', '').trim();
    if (!isPart && startMs >= 0 && trimmed !== '')
      whole.push({ text: trimmed, startMs, endMs: Math.max(startMs, endMs), probability });
  }
  return whole;
}

function decode(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
