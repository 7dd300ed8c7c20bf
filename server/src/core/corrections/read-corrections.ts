import { NO_REVISION, reviseWords, wordsIn } from '../domain/revision.ts';
import type { Scope } from '../domain/scope.ts';
import { transcriptOf } from '../library/transcript-of.ts';
import type { Store, TranscriptHistoryEntry } from '../ports/store.ts';
import { layersOf } from './correct-transcript.ts';

interface Where {
  readonly scope: Scope;
  readonly lectureId: string;
  readonly sourceId: string | null;
}

/** How the versions of a transcript came about, newest first. @throws AppError as `transcriptOf` */
export async function historyOf(
  deps: { readonly store: Store },
  input: Where & { readonly before: number | null; readonly limit: number },
): Promise<{ sourceId: string; versions: readonly TranscriptHistoryEntry[] }> {
  const { sourceId } = await transcriptOf(deps, { ...input, version: null });
  return { sourceId, versions: await deps.store.transcripts.history(input.scope, sourceId, input.before, input.limit) };
}

export interface Conflict {
  /** Words of the newest version; nothing is shown there when `lastWord` = `firstWord` - 1. */
  readonly firstWord: number;
  readonly lastWord: number;
  readonly startMs: number;
  readonly corrected: string;
  readonly heard: string;
}

/** The corrections at which the newest machine version has something else than before. @throws AppError as `transcriptOf` */
export async function conflictsOf(
  deps: { readonly store: Store },
  input: Where,
): Promise<{ sourceId: string; version: number; conflicts: readonly Conflict[] }> {
  const seen = await transcriptOf(deps, { ...input, version: null });
  const { base, revision } = await layersOf(deps.store, input.scope, seen);
  const words = reviseWords(base.segments, (revision ?? NO_REVISION).texts);
  const conflicts = revision.texts.flatMap((patch) => {
    if (patch.conflict === null) return [];
    const at = words.findIndex((word) => word.firstWord >= patch.firstWord && word.lastWord >= patch.lastWord);
    const firstWord = at < 0 ? words.length : at;
    const lastWord = firstWord + wordsIn(patch.text).length - 1;
    const startMs = words[firstWord]?.startMs ?? words.at(-1)?.endMs ?? 0;
    return [{ firstWord, lastWord, startMs, corrected: patch.text, heard: patch.conflict }];
  });
  return { sourceId: seen.sourceId, version: seen.version, conflicts };
}
