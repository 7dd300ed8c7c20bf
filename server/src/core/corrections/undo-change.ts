import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../domain/app-error.ts';
import { NO_REVISION, type Revision, type TextPatch } from '../domain/revision.ts';
import type { Scope } from '../domain/scope.ts';
import type { Transcript } from '../domain/transcript.ts';
import type { EnqueueDeps } from '../jobs/enqueue.ts';
import { transcriptOf } from '../library/transcript-of.ts';
import { changeBetween, layersOf, storeRevision } from './correct-transcript.ts';
import { touches } from './patches-of-edits.ts';

export interface UndoChangeInput {
  readonly scope: Scope;
  readonly lectureId: string;
  readonly sourceId: string | null;
  /** The version that the change made; null: the newest. */
  readonly version: number | null;
  readonly by: string;
}

/**
 * Takes back what one version changed, in a new version: everything that was corrected since stays. Undoing an undo does it again.
 *
 * @throws AppError `lecture_not_found`, `source_not_found`, `transcript_not_found`, `nothing_to_undo` when the version was not made by a
 * person, `transcript_conflict` when the same place was corrected again since
 */
export async function undoChange(deps: EnqueueDeps, input: UndoChangeInput): Promise<Transcript> {
  const { scope, by } = input;
  const seen = await transcriptOf(deps, { ...input, version: null });
  const { base, revision } = await layersOf(deps.store, scope, seen);
  const { before, after } = await stepOf(deps, scope, seen, base.version, input.version ?? seen.version);
  const undone = takeBack(revision, before, after);
  const change = changeBetween(base.segments, { kind: 'undo', by }, revision, undone);
  return storeRevision(deps, scope, { seen, base, revision: undone, change, origin: 'corrected' });
}

/** What was laid over the words before a version and in it. */
async function stepOf(
  { store }: EnqueueDeps,
  scope: Scope,
  { sourceId }: Transcript,
  baseVersion: number,
  version: number,
): Promise<{ before: Revision; after: Revision }> {
  const [made, previous] = await store.transcripts.history(scope, sourceId, version + 1, 2);
  const byPerson = made?.version === version && made.change !== null && ['edit', 'undo', 'everywhere'].includes(made.change.kind);
  if (!byPerson || made.baseVersion !== baseVersion)
    throw new AppError(
      'nothing_to_undo',
      `Version ${version} was not made by a correction of the words that are there now. GET the history for those that were.`,
    );
  const after = await store.transcripts.revision(scope, sourceId, version);
  const before =
    previous?.baseVersion === baseVersion ? await store.transcripts.revision(scope, sourceId, previous.version) : null;
  return { before: before ?? NO_REVISION, after: after ?? NO_REVISION };
}

/** A revision without what came between two others. @throws AppError `transcript_conflict` */
function takeBack(revision: Revision, before: Revision, after: Revision): Revision {
  const isIn = (patch: unknown, patches: readonly unknown[]): boolean => patches.some((other) => isDeepStrictEqual(patch, other));
  const added = after.texts.filter((patch) => !isIn(patch, before.texts));
  const removed = before.texts.filter((patch) => !isIn(patch, after.texts));
  const kept = revision.texts.filter((patch) => !isIn(patch, added));
  const clash =
    added.some((patch) => !isIn(patch, revision.texts)) || removed.some((patch) => kept.some((other) => touches(patch, other)));
  const speakersChanged = !isDeepStrictEqual(before.speakers, after.speakers);
  if (clash || (speakersChanged && !isDeepStrictEqual(revision.speakers, after.speakers)))
    throw new AppError(
      'transcript_conflict',
      'The same place was corrected again since. Undo that first, or correct it by hand.',
    );
  return { ...revision, texts: inOrder([...kept, ...removed]), speakers: speakersChanged ? before.speakers : revision.speakers };
}

function inOrder(patches: readonly TextPatch[]): TextPatch[] {
  return patches.toSorted((a, b) => a.firstWord - b.firstWord || a.lastWord - b.lastWord);
}
