import type { ArtifactKind, Citation } from '@scholium/contract';
import type { AppError } from '../domain/app-error.ts';
import type { ArtifactDraft } from '../domain/artifact.ts';
import type { Passage } from '../domain/passage.ts';
import type { ModelMessage, ModelUsage } from './language-model.ts';

/** What is written from: the sentences of a lecture in order, each with its place. */
export interface Material {
  readonly title: string;
  readonly language: string;
  readonly sentences: readonly StudySentence[];
}

export interface StudySentence extends Passage {
  /** How sure the speech engine was of each word (0..1), in the order of the text; absent for text that was never spoken. */
  readonly wordConfidences?: readonly number[];
  /** Who says it, where that is known. */
  readonly speaker?: string | null;
  /** Titles of the headings it stands under, the highest first; absent for speech. */
  readonly headings?: readonly string[];
}

export interface WriteRequest {
  readonly material: Material;
  readonly kinds: readonly ArtifactKind[];
  /** Scales the number of items; 1 is normal. */
  readonly length: number;
  readonly style?: WritingStyle;
  /** false: no other engine writes what this one cannot. */
  readonly fallback?: boolean;
  readonly onProgress?: (fraction: number) => void;
  /** Told of each call of a language model that cost something. */
  readonly onUsage?: (usage: WriterUsage) => void;
  /** Told of a kind that could not be made, or not by the engine that was asked; the others are. */
  readonly onProblem?: (kind: ArtifactKind, error: AppError) => void;
}

/** How people want it written. Engines that only quote cannot follow it. */
export interface WritingStyle {
  /** Null: the language of the material. */
  readonly language: string | null;
  /** `plain`, `friendly`, `formal`, ...; null leaves it to the engine. */
  readonly tone: string | null;
  readonly instructions: string | null;
}

export interface WriterUsage extends ModelUsage {
  readonly engine: string;
  readonly model: string;
}

export interface AnswerRequest {
  readonly question: string;
  /** What search found, best first. Each is up to about ten sentences. */
  readonly evidence: readonly Evidence[];
  /** What was said before in the conversation, oldest first. */
  readonly history?: readonly ModelMessage[];
  /** How the person wants to be answered. */
  readonly instructions?: string | null;
  /** false: no other engine answers when this one cannot. */
  readonly fallback?: boolean;
  /** Told of the answer as it is made; `[1]` in it is the first of the citations. */
  readonly onDelta?: (text: string) => void;
  readonly onUsage?: (usage: WriterUsage) => void;
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
  /** Sentences of the answer whose citation was false and is gone. */
  readonly unsupported?: readonly string[];
  /** What wrote it, where the engine that was asked could not. */
  readonly madeBy?: { readonly engine: string; readonly model: string };
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
