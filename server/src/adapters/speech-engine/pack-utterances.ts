import { msToSamples, type AudioChunk, type SampleSpan } from '../../core/domain/audio.ts';
import { quietestSample } from '../../core/decode/quietest-sample.ts';

export interface PieceLimits {
  /** Longest piece that the model hears whole. */
  readonly longestMs: number;
  /** Whether utterances are heard together: more context, but the pauses between them are known only where the model tells times. */
  readonly joinsUtterances: boolean;
}

/** Sound as it is given to the engine in one go. */
export interface SoundPiece extends SampleSpan {
  readonly utterances: readonly SampleSpan[];
}

/** The last part of a piece that is too long, where its quietest point is looked for. */
const CUT_WITHIN = msToSamples(5_000);

/** Packs a chunk's utterances into pieces that never exceed the limit; one that is longer by itself is cut at its quietest point. */
export function packUtterances(
  chunk: Pick<AudioChunk, 'startSample' | 'samples' | 'utterances'>,
  limits: PieceLimits,
): SoundPiece[] {
  const longest = msToSamples(limits.longestMs);
  const pieces: SoundPiece[] = [];
  for (const utterance of chunk.utterances.flatMap((span) => cut(chunk, span, longest))) {
    const last = pieces.at(-1);
    if (last && limits.joinsUtterances && utterance.endSample - last.startSample <= longest) {
      const { startSample, utterances } = last;
      pieces[pieces.length - 1] = { startSample, endSample: utterance.endSample, utterances: [...utterances, utterance] };
    } else pieces.push({ ...utterance, utterances: [utterance] });
  }
  return pieces;
}

function cut(
  chunk: Pick<AudioChunk, 'startSample' | 'samples'>,
  { startSample, endSample }: SampleSpan,
  longest: number,
): SampleSpan[] {
  if (endSample - startSample <= longest) return [{ startSample, endSample }];
  const from = startSample + longest - Math.min(CUT_WITHIN, longest >> 1);
  const around = chunk.samples.subarray(from - chunk.startSample, startSample + longest - chunk.startSample);
  const at = from + quietestSample(around);
  return [{ startSample, endSample: at }, ...cut(chunk, { startSample: at, endSample }, longest)];
}
