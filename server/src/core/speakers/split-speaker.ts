import { correctTranscript } from '../corrections/correct-transcript.ts';
import { nextLabel } from '../diarize/stable-labels.ts';
import { AppError } from '../domain/app-error.ts';
import type { TimeSpan } from '../domain/audio.ts';
import type { Transcript } from '../domain/transcript.ts';
import type { EnqueueDeps } from '../jobs/enqueue.ts';
import { requireLabel } from './name-speaker.ts';
import { wordsBetween } from './relabel.ts';
import { freeColour, labelsIn, speakersOf, unheard, type SpeakersInput } from './speakers-of.ts';

export type SplitSpeakerInput = SpeakersInput & {
  readonly label: string;
  /** Where somebody else speaks. */
  readonly spans: readonly TimeSpan[];
  readonly name: string | null;
  readonly by: string;
};

/**
 * One speaker is two people: the words in the given times become those of a new speaker, in a new version. It can be undone like any correction.
 *
 * @returns the new version and the label of who is new
 * @throws AppError as `speakersOf`, `speaker_not_found`, `invalid_request` when the speaker says nothing there, `transcript_conflict`
 */
export async function splitSpeaker(
  deps: EnqueueDeps,
  input: SplitSpeakerInput,
): Promise<{ readonly transcript: Transcript; readonly label: string }> {
  const { scope, lectureId, label, spans, name, by } = input;
  const { transcript: seen } = await speakersOf(deps, input);
  const labels = await labelsIn(deps.store, scope, seen);
  requireLabel(labels, label);
  const runs = wordsBetween(seen.segments, label, spans);
  if (runs.length === 0) throw new AppError('invalid_request', `"${label}" says nothing in the times that were given.`);
  const added = nextLabel(labels);
  const transcript = await correctTranscript(deps, {
    scope,
    lectureId,
    sourceId: seen.sourceId,
    version: seen.version,
    edits: [],
    speakers: runs.map((run) => ({ ...run, speaker: added })),
    by,
  });
  await deps.store.transaction(async (tx) => {
    const known = await tx.speakers.ofSource(scope, seen.sourceId);
    await tx.speakers.put(scope, { ...unheard(seen, added, freeColour(known)), name });
  });
  return { transcript, label: added };
}
