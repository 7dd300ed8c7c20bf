import { msToSamples, type AudioChunk, type SampleSpan } from '../domain/audio.ts';
import { quietestSample } from './quietest-sample.ts';

/** Sound kept around an utterance, so that soft first and last sounds are not cut off. */
const PADDING = msToSamples(150);
/** Utterances end after 20 s by themselves; one that is still longer than this is cut at its quietest point. */
const MAX_UTTERANCE = msToSamples(22_000);
/**
 * Where speech had to be cut, the chunks on both sides hear this much of each other's sound: a word that was cut is whole in one of
 * them, and the words heard twice are put together again (`joinParts`).
 */
const OVERLAP = msToSamples(2_000);
/** A detector that starts afresh at a cut tells speech that goes on there within this. */
const ONSET = msToSamples(500);
/** An utterance is told when it has ended, at most 20 s and a bit after it began; older sound is not needed. */
const LOOK_BACK = msToSamples(30_000);
/** The first chunks are short so that the first text shows within seconds. */
const FIRST_CHUNKS_MS = [5_000, 8_000, 15_000];

export interface ChunkPlan extends Omit<AudioChunk, 'samples'> {
  /** Where speech was cut at the chunk's end; null when it ends in a pause. The chunk ends after it, the next begins before it. */
  readonly cutSample: number | null;
}

export interface ChunkCutterOptions {
  /** At most this much sound from a chunk's first word to its last (one longer utterance makes a longer chunk). */
  readonly maxChunkMs: number;
  /** Chunks that an earlier run planned: given out again as they are; `add` expects utterances after them only. */
  readonly planned: readonly ChunkPlan[];
}

/**
 * Packs utterances into engine chunks. Feed it sound and utterances in step; it holds the sound that an open
 * chunk still needs (about a minute at most) and gives each chunk out as soon as it cannot grow any more.
 */
export class ChunkCutter {
  readonly #maxChunk: number;
  readonly #pending: ChunkPlan[];
  readonly #blocks: { startSample: number; samples: Int16Array }[] = [];
  #received = 0;
  #nextIndex: number;
  #lastEnd: number;
  /** Where the last chunk was cut off in speech. */
  #cutSample: number | null;
  #open: SampleSpan[] = [];

  constructor(options: ChunkCutterOptions) {
    this.#maxChunk = msToSamples(options.maxChunkMs);
    this.#pending = [...options.planned];
    this.#nextIndex = options.planned.length;
    const last = options.planned.at(-1);
    this.#cutSample = last?.cutSample ?? null;
    this.#lastEnd = last?.cutSample ?? last?.endSample ?? 0;
  }

  /** Samples held at the moment: bounded by the longest chunk, not by the recording. */
  get heldSamples(): number {
    return this.#blocks.reduce((sum, block) => sum + block.samples.length, 0);
  }

  /** Samples received so far. */
  get received(): number {
    return this.#received;
  }

  /** Adds the next sound. */
  push(samples: Int16Array): void {
    this.#blocks.push({ startSample: this.#received, samples });
    this.#received += samples.length;
    this.#forget();
  }

  /**
   * Adds utterances that ended, in samples of the recording. Returns the chunks that are closed by them, or by a
   * silence so long that nothing can be joined to them any more; they are not yet cut out.
   */
  add(utterances: readonly SampleSpan[]): readonly ChunkPlan[] {
    const closed = utterances.flatMap((utterance) => this.#split(this.#rejoin(utterance)).flatMap((piece) => this.#place(piece)));
    const last = this.#open.at(-1);
    return last && this.#received - last.endSample > LOOK_BACK ? [...closed, ...this.#close(null)] : closed;
  }

  /** No more sound comes: closes the open chunk. */
  finish(): readonly ChunkPlan[] {
    return this.#close(null);
  }

  /** Chunks whose sound has arrived whole, in order. */
  *take(): Generator<AudioChunk> {
    for (let next = this.#pending[0]; next && next.endSample <= this.#received; next = this.#pending[0]) {
      this.#pending.shift();
      const { cutSample, ...chunk } = next;
      yield { ...chunk, samples: this.#cut(next), ...(cutSample !== null && { sharedFromSample: cutSample - OVERLAP }) };
    }
    this.#forget();
  }

  #place(utterance: SampleSpan): readonly ChunkPlan[] {
    const first = this.#open[0];
    const limit = Math.min(this.#maxChunk, msToSamples(FIRST_CHUNKS_MS[this.#nextIndex] ?? Number.MAX_SAFE_INTEGER));
    const cutOff = this.#open.at(-1)?.endSample === utterance.startSample;
    const closed = first && (cutOff || utterance.endSample - first.startSample > limit) ? this.#close(utterance) : [];
    this.#open.push(utterance);
    return closed;
  }

  /** @param next what is spoken after the chunk; null when it is silent for long, or the end */
  #close(next: SampleSpan | null): readonly ChunkPlan[] {
    const utterances = this.#pad(this.#open, next);
    const [first, last, spokenEnd] = [utterances[0], utterances.at(-1), this.#open.at(-1)?.endSample];
    if (!first || !last) return [];
    const cutSample = next !== null && next.startSample === spokenEnd ? spokenEnd : null;
    const plan: ChunkPlan = {
      index: this.#nextIndex++,
      startSample: first.startSample,
      endSample: last.endSample,
      utterances,
      cutSample,
    };
    this.#open = [];
    this.#cutSample = cutSample;
    this.#lastEnd = cutSample ?? plan.endSample;
    this.#pending.push(plan);
    return [plan];
  }

  /** Adds sound around each utterance: at most up to the middle of the pause to its neighbour, and over a cut at the chunk's edges. */
  #pad(utterances: readonly SampleSpan[], next: SampleSpan | null): readonly SampleSpan[] {
    let before = this.#lastEnd;
    return utterances.map(({ startSample, endSample }, i) => {
      const following = utterances[i + 1] ?? next;
      const after = following ? (endSample + following.startSample) >> 1 : this.#received;
      const padded = {
        startSample: startSample === this.#cutSample ? startSample - OVERLAP : Math.max(before, startSample - PADDING),
        endSample:
          following?.startSample === endSample
            ? Math.min(following.endSample, endSample + OVERLAP)
            : Math.max(endSample, Math.min(after, endSample + PADDING)),
      };
      before = padded.endSample;
      return padded;
    });
  }

  /** A detector that cut speech without a pause cut it anywhere: the parts are put together, to be cut at a quiet point. */
  #rejoin(utterance: SampleSpan): SampleSpan {
    const { startSample, endSample } = utterance;
    const last = this.#open.at(-1);
    if (last?.endSample === startSample) {
      this.#open.pop();
      return { startSample: last.startSample, endSample };
    }
    const goesOn = this.#open.length === 0 && this.#cutSample !== null && startSample - this.#cutSample <= ONSET;
    return { startSample: goesOn ? (this.#cutSample ?? startSample) : startSample, endSample };
  }

  #split(utterance: SampleSpan): readonly SampleSpan[] {
    const { startSample, endSample } = utterance;
    if (endSample - startSample <= MAX_UTTERANCE) return [utterance];
    // Somewhere in the middle half of the longest allowed piece, so that no piece is tiny.
    const from = startSample + Math.floor(MAX_UTTERANCE / 2);
    const to = Math.min(endSample, startSample + MAX_UTTERANCE);
    const at = from + quietestSample(this.#cut({ startSample: from, endSample: to }));
    return [{ startSample, endSample: at }, ...this.#split({ startSample: at, endSample })];
  }

  #cut(span: SampleSpan): Int16Array {
    const cut = new Int16Array(span.endSample - span.startSample);
    for (const { startSample, samples } of this.#blocks) {
      const from = Math.max(span.startSample, startSample);
      const to = Math.min(span.endSample, startSample + samples.length);
      if (from < to) cut.set(samples.subarray(from - startSample, to - startSample), from - span.startSample);
    }
    return cut;
  }

  #forget(): void {
    const needed = Math.min(
      this.#pending[0]?.startSample ?? Infinity,
      (this.#open[0]?.startSample ?? Infinity) - OVERLAP,
      this.#received - LOOK_BACK,
    );
    while (this.#blocks[0] && this.#blocks[0].startSample + this.#blocks[0].samples.length <= needed) this.#blocks.shift();
  }
}
