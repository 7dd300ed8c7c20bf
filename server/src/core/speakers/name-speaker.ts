import { AppError } from '../domain/app-error.ts';
import type { Speaker } from '../domain/speaker.ts';
import type { Store } from '../ports/store.ts';
import { freeColour, labelsIn, speakersOf, unheard, type SpeakersInput } from './speakers-of.ts';

/**
 * Gives a speaker a name, or takes it away (null). It shows everywhere at once, and no version changes: what is stored has the label.
 *
 * @throws AppError as `speakersOf`, and `speaker_not_found`
 */
export async function nameSpeaker(
  deps: { readonly store: Store },
  input: SpeakersInput & { readonly label: string; readonly name: string | null },
): Promise<Speaker> {
  const { scope, label, name } = input;
  const { transcript, speakers } = await speakersOf(deps, input);
  requireLabel(await labelsIn(deps.store, scope, transcript), label);
  return deps.store.transaction(async (tx) => {
    const known = await tx.speakers.ofSource(scope, transcript.sourceId);
    const speaker = known.find((one) => one.label === label) ?? speakers.find((one) => one.label === label);
    const { words: _, ...before } = { words: 0, ...(speaker ?? unheard(transcript, label, freeColour(known))) };
    const named: Speaker = { ...before, name, byVoice: false };
    await tx.speakers.put(scope, named);
    return named;
  });
}

/** @throws AppError `speaker_not_found`, naming those there are */
export function requireLabel(labels: ReadonlySet<string>, label: string): void {
  if (labels.has(label)) return;
  const known = labels.size === 0 ? 'It has none yet.' : `It has: ${[...labels].slice(0, 10).join(', ')}.`;
  throw new AppError('speaker_not_found', `There is no speaker "${label}" in this recording. ${known}`);
}
