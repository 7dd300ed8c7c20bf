import { layersOf, storeRevision } from '../corrections/correct-transcript.ts';
import { AppError } from '../domain/app-error.ts';
import type { Transcript } from '../domain/transcript.ts';
import type { EnqueueDeps } from '../jobs/enqueue.ts';
import { requireLabel } from './name-speaker.ts';
import { relabel } from './relabel.ts';
import { labelsIn, speakersOf, type SpeakersInput } from './speakers-of.ts';

export type MergeSpeakersInput = SpeakersInput & { readonly from: string; readonly into: string; readonly by: string };

/**
 * Two speakers are one person: all that `from` says is `into`'s in a new version, and `from` is gone. Citations into earlier versions
 * stay true. A name that only `from` has is kept.
 *
 * @throws AppError as `speakersOf`, `speaker_not_found`, `invalid_request` for one with itself, `transcript_conflict`
 */
export async function mergeSpeakers(deps: EnqueueDeps, input: MergeSpeakersInput): Promise<Transcript> {
  const { scope, from, into, by } = input;
  if (from === into) throw new AppError('invalid_request', 'A speaker cannot be merged with itself.');
  const { transcript: seen } = await speakersOf(deps, input);
  const labels = await labelsIn(deps.store, scope, seen);
  requireLabel(labels, from);
  requireLabel(labels, into);
  const { base, revision } = await layersOf(deps.store, scope, seen);
  const merged = relabel(base.segments, revision, from, into);
  const places = seen.segments.filter(({ speaker }) => speaker === from).length;
  const change = { kind: 'speakers' as const, by, examples: [], places };
  const made = await storeRevision(deps, scope, { seen, base, revision: merged, change, origin: 'corrected' });
  await deps.store.transaction(async (tx) => {
    const speakers = await tx.speakers.ofSource(scope, seen.sourceId);
    const [gone, kept] = [from, into].map((label) => speakers.find((one) => one.label === label));
    const both = speakers.filter(({ label }) => label !== from);
    if (!gone) return;
    const heir = {
      ...(kept ?? { ...gone, label: into }),
      name: kept?.name ?? gone.name,
      byVoice: kept?.name ? kept.byVoice : gone.byVoice,
      speechMs: (kept?.speechMs ?? 0) + gone.speechMs,
      // The voice of who is heard longer.
      voice: gone.speechMs > (kept?.speechMs ?? 0) ? gone.voice : (kept?.voice ?? gone.voice),
    };
    await tx.speakers.replace(scope, seen.sourceId, [...both.filter(({ label }) => label !== into), heir]);
  });
  return made;
}
