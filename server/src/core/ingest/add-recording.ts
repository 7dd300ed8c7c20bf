import { AppError } from '../domain/app-error.ts';
import type { Source } from '../domain/library.ts';
import type { Scope } from '../domain/scope.ts';
import type { Store } from '../ports/store.ts';
import { acceptRecording, type AcceptDeps, type Incoming } from './accept-recording.ts';
import { reviveAudio } from './revive-audio.ts';

export interface AddRecordingDeps extends AcceptDeps {
  readonly store: Pick<Store, 'lectures' | 'sources' | 'holdings' | 'transaction'>;
  readonly blobs: AcceptDeps['blobs'] & { remove(scope: Scope, key: string): Promise<void> };
}

export interface AddRecordingInput {
  readonly scope: Extract<Scope, { kind: 'owner' }>;
  readonly lectureId: string;
  readonly title: string | null;
  readonly fileName: string;
  readonly incoming: Incoming;
}

/**
 * Adds a recording to a lecture. The same bytes again are the recording that is there.
 *
 * @throws AppError `lecture_not_found` and the media errors of `MediaDecoder.probe`
 */
export async function addRecording(
  deps: AddRecordingDeps,
  input: AddRecordingInput,
  signal: AbortSignal,
): Promise<{ source: Source; created: boolean }> {
  const { scope, lectureId, incoming } = input;
  let keyToRemove: string | null = incoming.key;
  try {
    if (!(await deps.store.lectures.find(scope, lectureId))) {
      throw new AppError('lecture_not_found', `There is no lecture "${lectureId}". Make it with POST /api/lectures/ingest.`);
    }
    const known = await findSame(deps.store, input);
    if (known) {
      await reviveAudio(deps, scope, known, incoming.key);
      return { source: known, created: false };
    }
    const recording = await acceptRecording(deps, { ...input, title: input.title ?? input.fileName }, signal);
    keyToRemove = recording.blobKey;
    const same = await deps.store.transaction(async (tx) => {
      const twin = await findSame(tx, input);
      if (!twin) await tx.sources.insert(scope, recording);
      return twin;
    });
    if (same) return { source: same, created: false };
    keyToRemove = null;
    return { source: recording, created: true };
  } finally {
    if (keyToRemove !== null) await deps.blobs.remove(scope, keyToRemove).catch(() => {});
  }
}

async function findSame(store: Pick<Store, 'sources'>, input: AddRecordingInput): Promise<Source | null> {
  const sources = await store.sources.ofLecture(input.scope, input.lectureId);
  return sources.find((source) => source.sha256 === input.incoming.sha256) ?? null;
}
