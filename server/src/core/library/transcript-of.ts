import { AppError } from '../domain/app-error.ts';
import type { Scope } from '../domain/scope.ts';
import type { Transcript } from '../domain/transcript.ts';
import type { Store } from '../ports/store.ts';
import { naming } from './find.ts';
import { sourcesOf, type SourceWithVersion } from './sources-of.ts';

/**
 * The transcript of a source (null: the first that has one) in a version (null: the newest).
 *
 * @throws AppError `lecture_not_found`, `source_not_found`, `transcript_not_found`
 */
export async function transcriptOf(
  deps: {
    store: {
      lectures: Pick<Store['lectures'], 'find' | 'list'>;
      sources: Pick<Store['sources'], 'ofLecture'>;
      transcripts: Pick<Store['transcripts'], 'heads' | 'latest' | 'find'>;
      documents: Pick<Store['documents'], 'heads'>;
    };
  },
  input: { scope: Scope; lectureId: string; sourceId: string | null; version: number | null },
): Promise<Transcript> {
  const { scope, lectureId, version } = input;
  const { source, transcriptVersion } = choose(await sourcesOf(deps, input), input);
  if (transcriptVersion === null) throw nothingYet(lectureId);
  const { transcripts } = deps.store;
  const transcript =
    version === null ? await transcripts.latest(scope, source.id) : await transcripts.find(scope, source.id, version);
  if (transcript) return transcript;
  throw new AppError(
    'transcript_not_found',
    `There is no version ${version} of this transcript. The newest is version ${transcriptVersion}.`,
  );
}

function choose(sources: readonly SourceWithVersion[], input: { lectureId: string; sourceId: string | null }): SourceWithVersion {
  const { lectureId, sourceId } = input;
  if (sourceId === null) {
    const first = sources.find(({ transcriptVersion }) => transcriptVersion !== null);
    if (first) return first;
    throw nothingYet(lectureId);
  }
  const named = sources.find(({ source }) => source.id === sourceId);
  if (named) return named;
  const known = naming(
    'sources',
    sources.map(({ source }) => source),
  );
  throw new AppError('source_not_found', `The lecture "${lectureId}" has no source "${sourceId}". ${known}`);
}

function nothingYet(lectureId: string): AppError {
  return new AppError(
    'transcript_not_found',
    `The lecture "${lectureId}" has no transcript yet. Make one with POST /api/lectures/${lectureId}/transcribe.`,
  );
}
