import type { ArtifactKind, Citation } from '@scholium/contract';
import type { ArtifactDraft } from '../domain/artifact.ts';
import type { Passage } from '../domain/passage.ts';

/** What is written from: the sentences of a lecture in order, each with its place. */
export interface Material {
  readonly title: string;
  readonly language: string;
  readonly sentences: readonly StudySentence[];
}

export interface StudySentence extends Passage {
  /** How sure the speech engine was of each word (0..1), in the order of the text; absent for text that was never spoken. */
  readonly wordConfidences?: readonly number[];
}

export interface WriteRequest {
  readonly material: Material;
  readonly kinds: readonly ArtifactKind[];
  /** Scales the number of items; 1 is normal. */
  readonly length: number;
  readonly onProgress?: (fraction: number) => void;
}

export interface AnswerRequest {
  readonly question: string;
  /** What search found, best first. Each is up to about ten sentences. */
  readonly evidence: readonly Evidence[];
}

export interface Evidence {
  readonly passage: Passage;
  /** The passage cut into sentences, each with its own range. */
  readonly sentences: readonly Passage[];
  readonly cosine: number | null;
  readonly overlap: number;
}

export interface AnswerDraft {
  readonly answer: string;
  /** False when nothing given supports an answer; `answer` then says so and `citations` is empty. */
  readonly supported: boolean;
  readonly citations: readonly Citation[];
}

/** Writes study material and answers. Everything it writes cites the sentences it was given. */
export interface Writer {
  /** `extractive`, `openai`, ... */
  readonly engine: string;
  readonly model: string;
  /** Changes when the same material could give another text; part of the key of stored results. */
  readonly digest: string;
  /** One draft per kind; a kind for which the material holds nothing is left out. */
  write(request: WriteRequest, signal: AbortSignal): Promise<readonly ArtifactDraft[]>;
  answer(request: AnswerRequest, signal: AbortSignal): Promise<AnswerDraft>;
  close(): Promise<void>;
}
