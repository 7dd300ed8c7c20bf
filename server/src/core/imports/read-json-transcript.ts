import { z } from 'zod';
import { AppError } from '../domain/app-error.ts';
import { spreadOver, type ImportedTranscript, type ImportedWord } from './imported-words.ts';

/** What an engine that says nothing of its certainty is taken to be. */
const UNSAID = 0.9;

const seconds = z.number().finite().min(0).max(1_000_000);
const milliseconds = z.number().finite().min(0).max(1_000_000_000);
const share = z.number().finite();
const speakerSchema = z.union([z.string().max(200), z.number()]).nullish();

const segmentsSchema = z.object({
  language: z.string().max(20).nullish(),
  segments: z.array(
    z.object({
      start: seconds,
      end: seconds,
      text: z.string(),
      speaker: speakerSchema,
      avg_logprob: z.number().nullish(),
      words: z
        .array(
          z.object({
            word: z.string(),
            // WhisperX leaves the times of numbers out, which it cannot align.
            start: seconds.nullish(),
            end: seconds.nullish(),
            probability: share.nullish(),
            score: share.nullish(),
            speaker: speakerSchema,
          }),
        )
        .nullish(),
    }),
  ),
  word_segments: z.unknown().optional(),
});

const whisperCppSchema = z.object({
  result: z.object({ language: z.string().max(20).nullish() }).nullish(),
  params: z.object({ model: z.string().nullish() }).nullish(),
  transcription: z.array(
    z.object({
      offsets: z.object({ from: milliseconds, to: milliseconds }),
      text: z.string(),
      tokens: z
        .array(z.object({ text: z.string(), offsets: z.object({ from: milliseconds, to: milliseconds }), p: share.nullish() }))
        .nullish(),
    }),
  ),
});

const assemblyWordSchema = z.object({
  text: z.string(),
  start: milliseconds,
  end: milliseconds,
  confidence: share.nullish(),
  speaker: speakerSchema,
});
const assemblySchema = z.object({
  language_code: z.string().max(20).nullish(),
  speech_model: z.string().nullish(),
  words: z.array(assemblyWordSchema),
  utterances: z.array(z.object({ words: z.array(assemblyWordSchema) })).nullish(),
  audio_duration: z.unknown(),
});

const deepgramSchema = z.object({
  metadata: z.object({ model_info: z.record(z.string(), z.object({ name: z.string().nullish() })).nullish() }).nullish(),
  results: z.object({
    channels: z
      .array(
        z.object({
          detected_language: z.string().max(20).nullish(),
          alternatives: z
            .array(
              z.object({
                words: z.array(
                  z.object({
                    word: z.string(),
                    punctuated_word: z.string().nullish(),
                    start: seconds,
                    end: seconds,
                    confidence: share.nullish(),
                    speaker: speakerSchema,
                  }),
                ),
              }),
            )
            .min(1),
        }),
      )
      .min(1),
  }),
});

/**
 * Reads the JSON of Whisper, whisper.cpp, WhisperX, AssemblyAI and Deepgram; which one it is, its fields tell.
 *
 * @throws AppError `transcript_file_invalid` for anything else
 */
export function readJsonTranscript(json: string): ImportedTranscript {
  const value = parse(json);
  const deepgram = deepgramSchema.safeParse(value);
  if (deepgram.success) return fromDeepgram(deepgram.data);
  const whisperCpp = whisperCppSchema.safeParse(value);
  if (whisperCpp.success) return fromWhisperCpp(whisperCpp.data);
  const assembly = assemblySchema.safeParse(value);
  if (assembly.success) return fromAssembly(assembly.data);
  const segments = segmentsSchema.safeParse(value);
  if (segments.success) return fromSegments(segments.data);
  throw new AppError(
    'transcript_file_invalid',
    'This JSON is not a transcript of Whisper, whisper.cpp, WhisperX, AssemblyAI or Deepgram. Their files are read as they are.',
  );
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new AppError('transcript_file_invalid', 'The file is not valid JSON; it may have been cut off.', { cause });
  }
}

function fromSegments({ language, segments, word_segments: aligned }: z.infer<typeof segmentsSchema>): ImportedTranscript {
  const isWhisperX = aligned !== undefined || segments.some((segment) => segment.words?.some((word) => word.score !== undefined));
  return {
    engine: isWhisperX ? 'whisperx' : 'whisper',
    model: null,
    language: language ?? null,
    lines: segments.map((segment) => {
      const span = { startMs: ms(segment.start), endMs: ms(Math.max(segment.start, segment.end)) };
      const speaker = named(segment.speaker);
      const confidence = bounded(
        segment.avg_logprob === null || segment.avg_logprob === undefined ? UNSAID : Math.exp(segment.avg_logprob),
      );
      if (!segment.words?.length) return spreadOver(segment.text, span, { speaker, confidence });
      return timedWords(segment.words, span, speaker);
    }),
  };
}

/** Words without times lie between their neighbours. */
function timedWords(
  words: readonly {
    word: string;
    start?: number | null | undefined;
    end?: number | null | undefined;
    probability?: number | null | undefined;
    score?: number | null | undefined;
    speaker?: string | number | null | undefined;
  }[],
  span: { startMs: number; endMs: number },
  speaker: string | null,
): ImportedWord[] {
  let last = span.startMs;
  return words.map((word, i) => {
    const next = words.slice(i + 1).find(({ start }) => start !== null && start !== undefined)?.start;
    const startMs = word.start === null || word.start === undefined ? last : ms(word.start);
    const ends = word.end ?? next;
    const endMs = Math.max(startMs, ends === null || ends === undefined ? span.endMs : ms(ends));
    last = endMs;
    const confidence = bounded(word.probability ?? word.score ?? UNSAID);
    return { text: word.word.trim(), startMs, endMs, confidence, speaker: named(word.speaker) ?? speaker };
  });
}

/** Tokens are pieces of words: a word begins with the token that begins with a space. Signs in brackets are the model's own. */
function fromWhisperCpp({ result, params, transcription }: z.infer<typeof whisperCppSchema>): ImportedTranscript {
  return {
    engine: 'whisper-cpp',
    model: params?.model?.split(/[\\/]/).at(-1) ?? null,
    language: result?.language ?? null,
    lines: transcription.map(({ offsets, text, tokens }) => {
      const span = { startMs: offsets.from, endMs: Math.max(offsets.from, offsets.to) };
      const pieces = (tokens ?? []).filter((token) => !/^\[.*\]$|^<\|.*\|>$/.test(token.text));
      if (pieces.length === 0) return spreadOver(text, span, { speaker: null, confidence: UNSAID });
      const words: { text: string; startMs: number; endMs: number; shares: number[] }[] = [];
      for (const { text: piece, offsets: at, p } of pieces) {
        const word = words.at(-1);
        if (word && !piece.startsWith(' ')) {
          word.text += piece;
          word.endMs = Math.max(word.endMs, at.to);
          word.shares.push(p ?? UNSAID);
        } else words.push({ text: piece.trim(), startMs: at.from, endMs: Math.max(at.from, at.to), shares: [p ?? UNSAID] });
      }
      return words.map(({ shares, ...word }) => ({ ...word, confidence: bounded(mean(shares)), speaker: null }));
    }),
  };
}

function fromAssembly({
  language_code: language,
  speech_model: model,
  words,
  utterances,
}: z.infer<typeof assemblySchema>): ImportedTranscript {
  const toWord = (word: z.infer<typeof assemblyWordSchema>): ImportedWord => ({
    text: word.text.trim(),
    startMs: Math.round(word.start),
    endMs: Math.round(Math.max(word.start, word.end)),
    confidence: bounded(word.confidence ?? UNSAID),
    speaker: named(word.speaker),
  });
  const lines = utterances?.length ? utterances.map((utterance) => utterance.words.map(toWord)) : [words.map(toWord)];
  return { engine: 'assemblyai', model: model ?? null, language: language ?? null, lines };
}

/** The channel that says most: two channels of a call are transcribed apart, and a file of one recording has one. */
function fromDeepgram({ metadata, results }: z.infer<typeof deepgramSchema>): ImportedTranscript {
  const lines = results.channels.map(({ alternatives }, channel) =>
    (alternatives[0]?.words ?? []).map((word) => ({
      text: (word.punctuated_word ?? word.word).trim(),
      startMs: ms(word.start),
      endMs: ms(Math.max(word.start, word.end)),
      confidence: bounded(word.confidence ?? UNSAID),
      speaker: named(word.speaker) ?? (results.channels.length > 1 ? String(channel) : null),
    })),
  );
  const model = Object.values(metadata?.model_info ?? {})[0]?.name ?? null;
  const language = results.channels.find((channel) => channel.detected_language)?.detected_language ?? null;
  return { engine: 'deepgram', model, language, lines: lines.length > 1 ? byTime(lines.flat()) : lines };
}

/** Words of several channels, cut where the speaker changes. */
function byTime(words: readonly ImportedWord[]): ImportedWord[][] {
  const lines: ImportedWord[][] = [];
  for (const word of words.toSorted((a, b) => a.startMs - b.startMs)) {
    const line = lines.at(-1);
    if (line?.[0]?.speaker === word.speaker) line?.push(word);
    else lines.push([word]);
  }
  return lines;
}

function named(speaker: string | number | null | undefined): string | null {
  return speaker === null || speaker === undefined || speaker === '' ? null : String(speaker);
}

function ms(value: number): number {
  return Math.round(value * 1000);
}

function bounded(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
