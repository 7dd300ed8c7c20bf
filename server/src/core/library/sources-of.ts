import { AppError } from '../domain/app-error.ts';
import type { Source } from '../domain/library.ts';
import { hasSound } from '../domain/caption.ts';
import type { Scope } from '../domain/scope.ts';
import type { Store } from '../ports/store.ts';
import { findLecture, naming } from './find.ts';

export interface SourceWithVersion {
  readonly source: Source;
  /** Of its newest transcript; null while there is none. */
  readonly transcriptVersion: number | null;
  /** Of its newest text as a document; null while there is none. */
  readonly textVersion: number | null;
}

interface SourcesDeps {
  readonly store: {
    readonly lectures: Pick<Store['lectures'], 'find' | 'list'>;
    readonly sources: Pick<Store['sources'], 'ofLecture'>;
    readonly transcripts: Pick<Store['transcripts'], 'heads'>;
    readonly documents: Pick<Store['documents'], 'heads'>;
  };
}

/** The sources of a lecture, oldest first. @throws AppError `lecture_not_found` */
export async function sourcesOf(
  deps: SourcesDeps,
  input: { scope: Scope; lectureId: string },
): Promise<readonly SourceWithVersion[]> {
  const { scope, lectureId } = input;
  await findLecture(deps, input);
  const [sources, transcripts, documents] = await Promise.all([
    deps.store.sources.ofLecture(scope, lectureId),
    deps.store.transcripts.heads(scope, lectureId),
    deps.store.documents.heads(scope, lectureId),
  ]);
  const [spoken, written] = [transcripts, documents].map((heads) => new Map(heads.map((head) => [head.sourceId, head.version])));
  return sources.map((source) => ({
    source,
    transcriptVersion: spoken?.get(source.id) ?? null,
    textVersion: written?.get(source.id) ?? null,
  }));
}

/** The recording to play: the one that is named, else the first with sound. @throws AppError `lecture_not_found`, `source_not_found` */
export async function recordingOf(
  deps: SourcesDeps,
  input: { scope: Scope; lectureId: string; sourceId: string | null },
): Promise<Source> {
  const sources = (await sourcesOf(deps, input)).map(({ source }) => source);
  const found = sources.find((source) => (input.sourceId === null ? hasSound(source) : source.id === input.sourceId));
  if (found) return found;
  const what = input.sourceId === null ? 'recording' : `source "${input.sourceId}"`;
  throw new AppError('source_not_found', `The lecture "${input.lectureId}" has no ${what}. ${naming('sources', sources)}`);
}

/** A source of the lecture by its id. @throws AppError `lecture_not_found`, `source_not_found` */
export async function sourceOf(deps: SourcesDeps, input: { scope: Scope; lectureId: string; sourceId: string }): Promise<Source> {
  return recordingOf(deps, input);
}
