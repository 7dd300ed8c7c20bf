import { AppError } from '../domain/app-error.ts';
import type { DocumentText } from '../domain/document.ts';
import type { Scope } from '../domain/scope.ts';
import type { Store } from '../ports/store.ts';
import { sourceOf } from './sources-of.ts';

/**
 * The text of a document in a version (null: the newest).
 *
 * @throws AppError `lecture_not_found`, `source_not_found`, `transcript_not_found`
 */
export async function documentOf(
  deps: { store: Parameters<typeof sourceOf>[0]['store'] & { documents: Pick<Store['documents'], 'heads' | 'latest' | 'find'> } },
  input: { scope: Scope; lectureId: string; sourceId: string; version: number | null },
): Promise<DocumentText> {
  const { scope, sourceId, version } = input;
  await sourceOf(deps, input);
  const { documents } = deps.store;
  const text = version === null ? await documents.latest(scope, sourceId) : await documents.find(scope, sourceId, version);
  if (text) return text;
  const which = version === null ? 'no text yet: its reading has not ended, or has failed' : `no version ${version}`;
  throw new AppError('transcript_not_found', `The source "${sourceId}" has ${which}. GET /api/jobs tells how its job went.`);
}
