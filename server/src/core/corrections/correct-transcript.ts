import { AppError } from '../domain/app-error.ts';
import type { Job } from '../domain/job.ts';
import { NO_REVISION, reviseWords, type Change, type Revision, type SpeakerPatch } from '../domain/revision.ts';
import type { Scope } from '../domain/scope.ts';
import type { Segment, Transcript } from '../domain/transcript.ts';
import { indexSourceJob } from '../indexing/index-source.job.ts';
import { dispatch, type EnqueueDeps } from '../jobs/enqueue.ts';
import { requestIn } from '../jobs/request.ts';
import { transcriptOf } from '../library/transcript-of.ts';
import type { Store } from '../ports/store.ts';
import { labelsOfNames } from '../speakers/labels-of-names.ts';
import { examplesOf } from './change-examples.ts';
import { patchesOfEdits, type WordEdit } from './patches-of-edits.ts';

/** Words as they are shown, by index, both ends included, and whose they are; null: nobody's. */
export type SpeakerEdit = SpeakerPatch;

export interface CorrectTranscriptInput {
  readonly scope: Scope;
  readonly lectureId: string;
  readonly sourceId: string | null;
  /** The version that the person saw; edits name its words. */
  readonly version: number;
  readonly edits: readonly WordEdit[];
  readonly speakers: readonly SpeakerEdit[];
  readonly by: string;
}

/**
 * Makes a new version of a transcript with a person's words in place of others. What engines heard stays; citations into earlier
 * versions stay true; the new text is made searchable by a job.
 *
 * @throws AppError `lecture_not_found`, `source_not_found`, `transcript_not_found`, `transcript_conflict` when there is a newer version
 * than the one that was corrected, `invalid_request` for words that are not there
 */
export async function correctTranscript(deps: EnqueueDeps, input: CorrectTranscriptInput): Promise<Transcript> {
  const { scope, by } = input;
  const seen = await transcriptOf(deps, { ...input, version: null });
  if (seen.version !== input.version) throw conflict(seen.version);
  const { base, revision } = await layersOf(deps.store, scope, seen);
  const labelOf = await labelsOfNames(deps.store, scope, seen.sourceId);
  const speakers = input.speakers.map((edit) => ({ ...edit, speaker: labelOf(edit.speaker) }));
  const after = applyEdits(base.segments, revision, { ...input, speakers });
  const change = changeBetween(base.segments, { kind: 'edit', by }, revision, after);
  if (change.places === 0) return seen;
  return storeRevision(deps, scope, { seen, base, revision: after, change, origin: 'corrected' });
}

function applyEdits(base: readonly Segment[], revision: Revision, { edits, speakers }: CorrectTranscriptInput): Revision {
  try {
    const named = speakers.reduce((all, edit) => nameSpeaker(base, revision, all, edit), revision.speakers);
    return { ...revision, texts: [...patchesOfEdits(base, revision.texts, edits)], speakers: [...named] };
  } catch (error) {
    if (error instanceof RangeError) throw new AppError('invalid_request', error.message);
    throw error;
  }
}

/** With the words of an edit given to its speaker, and taken from whoever had them before. */
function nameSpeaker(
  base: readonly Segment[],
  { texts }: Revision,
  named: readonly SpeakerPatch[],
  { firstWord, lastWord, speaker }: SpeakerEdit,
): SpeakerPatch[] {
  const words = reviseWords(base, texts).slice(firstWord, lastWord + 1);
  if (firstWord > lastWord || words.length !== lastWord - firstWord + 1)
    throw new RangeError(`There are no words ${firstWord} to ${lastWord} to give to a speaker.`);
  const from = Math.min(...words.map((word) => word.firstWord));
  const to = Math.max(...words.map((word) => word.lastWord), from);
  const others = named.flatMap((patch) => [
    ...(patch.firstWord < from ? [{ ...patch, lastWord: Math.min(patch.lastWord, from - 1) }] : []),
    ...(patch.lastWord > to ? [{ ...patch, firstWord: Math.max(patch.firstWord, to + 1) }] : []),
  ]);
  return [...others, { firstWord: from, lastWord: to, speaker }].toSorted((a, b) => a.firstWord - b.firstWord);
}

/** The version whose words these are, and what is laid over them. */
export async function layersOf(
  store: Pick<Store, 'transcripts'>,
  scope: Scope,
  seen: Transcript,
): Promise<{ base: Transcript; revision: Revision }> {
  if (seen.baseVersion === null) return { base: seen, revision: NO_REVISION };
  const base = await store.transcripts.find(scope, seen.sourceId, seen.baseVersion);
  const revision = await store.transcripts.revision(scope, seen.sourceId, seen.version);
  if (base && revision) return { base, revision };
  throw new Error(`Version ${seen.version} of ${seen.sourceId} has lost its base.`);
}

export interface NewRevision {
  readonly seen: Transcript;
  readonly base: Transcript;
  readonly revision: Revision;
  readonly change: Change;
  readonly origin: 'machine' | 'corrected';
}

/** Stores a revision as the next version, with the job that makes it searchable. @throws AppError `transcript_conflict` */
export async function storeRevision(deps: EnqueueDeps, scope: Scope, next: NewRevision): Promise<Transcript> {
  const { seen, base, revision, change, origin } = next;
  const { made, job } = await deps.store.transaction(async (tx) => {
    const now = deps.clock.now();
    const request = { sourceId: seen.sourceId, expected: seen.version, baseVersion: base.version, origin, revision, change };
    const added = await tx.transcripts.revise(scope, { ...request, createdAt: now });
    if (!added) throw conflict(seen.version + 1);
    return { made: added, job: await requestIndex(tx, scope, added, now) };
  });
  await dispatch(deps, job ? [job] : []);
  return made;
}

async function requestIndex(
  tx: Store,
  scope: Scope,
  { sourceId, lectureId, version }: Transcript,
  now: number,
): Promise<Job | null> {
  const message = 'Waiting to make the corrected text searchable.';
  const wanted = { payload: { sourceId, textVersion: version }, lectureId, sourceId, message, now };
  const { job, isNew } = await requestIn(tx, scope, indexSourceJob, wanted);
  return isNew ? job : null;
}

/** What a person may want to read of a change, and how many places it has. */
export function changeBetween(
  base: readonly Segment[],
  who: Pick<Change, 'kind' | 'by'>,
  before: Revision,
  after: Revision,
): Change {
  const differences = examplesOf(base, before, after);
  return { ...who, examples: differences.slice(0, 20), places: differences.length };
}

export function conflict(newest: number): AppError {
  return new AppError(
    'transcript_conflict',
    `There is a newer version of this transcript (${newest}). Read it again, then correct that one.`,
  );
}
