import { AppError } from '../../core/domain/app-error.ts';
import type { ArtifactDraft } from '../../core/domain/artifact.ts';
import { understandsLanguage } from '../../core/domain/understands-language.ts';
import type { Embedder } from '../../core/ports/embedder.ts';
import type { AnswerDraft, AnswerRequest, Material, WriteRequest, Writer } from '../../core/ports/writer.ts';
import { ThreadError, ThreadPool } from '../worker-thread/thread-pool.ts';
import type { ExtractiveMethods } from './extractive.thread.ts';
import type { StudyRequest } from './write-study.ts';

/** Raised whenever the same material could give another text. */
const VERSION = 2;
/** The embedder manages about 35 sentences a second: this many keep three hours of lecture under 12 seconds. */
const MOST_EMBEDDED = 350;
const EMBED_BATCH = 16;
/** The embedder hears the first words only; of sentences in a group the longest one under this limit stands for all. */
const HEARD_WORDS = 40;
/**
 * Sentences of the evidence that are compared with a question by meaning. Each takes 30 ms before the first word of the answer; twelve
 * are no better than three (decision 0003).
 */
const ANSWER_SENTENCES = 3;
/** Share of the progress that embedding takes of writing. */
const EMBED_SHARE = 0.8;

const file = new URL('./extractive.thread.ts', import.meta.url);

export interface ExtractiveWriterDeps {
  /** Null, unavailable or not knowing the language: then words alone decide. */
  readonly embedder: Embedder | null;
  /** The thread for answers is given back after so long without work; a minute when left out. */
  readonly idleMs?: number;
}

/**
 * Writes study material and answers out of the lecture's own sentences, without any language model, key or network.
 * The work is done in worker threads: one for answers, kept while it is used, and one for each lecture that is written
 * about, so that an abort can end it in the middle of its work and nobody who asks waits for it.
 *
 * @example const writer = createExtractiveWriter({ embedder })
 */
export function createExtractiveWriter(deps: ExtractiveWriterDeps): Writer {
  return new ExtractiveWriter(deps);
}

class ExtractiveWriter implements Writer {
  readonly engine = 'extractive';
  readonly model = 'sentences';
  readonly digest: string;
  readonly #embedder: Embedder | null;
  readonly #answers: ThreadPool<ExtractiveMethods>;
  readonly #closing = new AbortController();

  constructor({ embedder, idleMs = 60_000 }: ExtractiveWriterDeps) {
    this.#embedder = embedder;
    this.digest = `extractive-${VERSION}/${embedder?.id ?? 'words'}`;
    this.#answers = new ThreadPool({ file, data: null, size: 1, idleMs });
  }

  async write(request: WriteRequest, signal: AbortSignal): Promise<readonly ArtifactDraft[]> {
    const { material, kinds, length, onProgress } = request;
    const either = AbortSignal.any([signal, this.#closing.signal]);
    const meaning = await this.#embedSentences(material, (fraction) => onProgress?.(fraction * EMBED_SHARE), either);
    onProgress?.(EMBED_SHARE);
    const drafts = await this.#study({ material, kinds, length, meaning }, either);
    onProgress?.(1);
    return drafts;
  }

  async answer({ question, evidence, onDelta }: AnswerRequest, signal: AbortSignal): Promise<AnswerDraft> {
    // What goes to a thread is copied, which functions cannot be.
    const request = { question, evidence };
    try {
      const texts = await this.#answers.call('shortlist', { request, count: ANSWER_SENTENCES }, { signal });
      const cosines = await this.#cosines(request.question, texts, signal);
      const draft = await this.#answers.call('answer', { request, cosines }, { signal });
      if (draft.supported) onDelta?.(draft.answer);
      return draft;
    } catch (error) {
      throw writerError(error);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort(new AppError('server_stopping', 'The server is stopping. Ask again when it is back.'));
    await this.#answers.close();
  }

  /** In a thread of its own, which ends with the work or with the signal. */
  async #study(request: StudyRequest, signal: AbortSignal): Promise<ArtifactDraft[]> {
    const thread = new ThreadPool<ExtractiveMethods>({ file, data: null, size: 1, idleMs: 0 });
    try {
      return await thread.call('study', request, { signal });
    } catch (error) {
      throw signal.reason instanceof AppError ? signal.reason : writerError(error);
    } finally {
      await thread.close();
    }
  }

  /** A vector for each sentence; in long lectures neighbours share that of one of them. Null where there is none. */
  async #embedSentences(
    material: Material,
    onProgress: (fraction: number) => void,
    signal: AbortSignal,
  ): Promise<(Float32Array | null)[]> {
    const texts = material.sentences.map((sentence) => sentence.text);
    const none = texts.map(() => null);
    if (!this.#embedder || !understandsLanguage(this.#embedder.languages, material.language)) return none;
    const size = Math.ceil(texts.length / MOST_EMBEDDED);
    const spoken = Array.from({ length: Math.ceil(texts.length / size) }, (_, i) =>
      mostTelling(texts.slice(i * size, (i + 1) * size)),
    );
    const vectors: Float32Array[] = [];
    for (let i = 0; i < spoken.length; i += EMBED_BATCH) {
      const batch = await this.#embed(spoken.slice(i, i + EMBED_BATCH), 'passage', signal);
      if (!batch) return none;
      vectors.push(...batch);
      onProgress(vectors.length / spoken.length);
    }
    return texts.map((_, i) => vectors[Math.floor(i / size)] ?? null);
  }

  async #cosines(question: string, texts: readonly string[], signal: AbortSignal): Promise<Map<string, number>> {
    if (texts.length === 0) return new Map();
    const [asked, ...vectors] = (await this.#embed([question, ...texts], 'query', signal)) ?? [];
    if (!asked) return new Map();
    return new Map(texts.map((text, i) => [text, dot(asked, vectors[i])]));
  }

  /** Null when the embedder cannot be used: the work goes on by words alone. */
  async #embed(
    texts: readonly string[],
    purpose: 'query' | 'passage',
    signal: AbortSignal,
  ): Promise<readonly Float32Array[] | null> {
    try {
      return (await this.#embedder?.embed(texts, purpose, signal)) ?? null;
    } catch (error) {
      if (signal.aborted) throw error;
      return null;
    }
  }
}

function mostTelling(texts: readonly string[]): string {
  const length = (text: string) => {
    const words = text.split(' ').length;
    return words <= HEARD_WORDS ? words : HEARD_WORDS - words;
  };
  return texts.reduce((best, text) => (length(text) > length(best) ? text : best));
}

function dot(a: Float32Array, b: Float32Array | undefined): number {
  return a.reduce((sum, value, i) => sum + value * (b?.[i] ?? 0), 0);
}

function writerError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof ThreadError && error.code === 'THREAD_CLOSED') {
    return new AppError('server_stopping', 'The server is stopping. Ask again when it is back.', { cause: error });
  }
  return new AppError('internal', 'The notes could not be written. The log holds the details; try again.', { cause: error });
}
