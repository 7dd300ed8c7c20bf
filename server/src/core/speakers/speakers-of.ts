import { layersOf } from '../corrections/correct-transcript.ts';
import type { Scope } from '../domain/scope.ts';
import type { Speaker } from '../domain/speaker.ts';
import { wordsOf, type Transcript } from '../domain/transcript.ts';
import { transcriptOf } from '../library/transcript-of.ts';
import type { Store } from '../ports/store.ts';

export interface SpeakersInput {
  readonly scope: Scope;
  readonly lectureId: string;
  /** Null takes the first recording that has a transcript. */
  readonly sourceId: string | null;
}

export interface SpeakersOfRecording {
  readonly transcript: Transcript;
  readonly speakers: readonly (Speaker & { readonly words: number })[];
}

/**
 * Everybody in the newest transcript of a recording, and those that an engine heard there.
 *
 * @throws AppError `lecture_not_found`, `source_not_found`, `transcript_not_found`
 */
export async function speakersOf(deps: { readonly store: Store }, input: SpeakersInput): Promise<SpeakersOfRecording> {
  const transcript = await transcriptOf(deps, { ...input, version: null });
  const known = await deps.store.speakers.ofSource(input.scope, transcript.sourceId);
  const words = wordsBySpeaker(transcript);
  const unknown = [...words.keys()].filter((label) => !known.some((one) => one.label === label));
  const all = [...known, ...unknown.map((label, i) => unheard(transcript, label, freeColour(known) + i))];
  return { transcript, speakers: all.map((speaker) => ({ ...speaker, words: words.get(speaker.label) ?? 0 })) };
}

/** A speaker whom no engine found: a person or a file gave the label. */
export function unheard({ ownerId, sourceId }: Pick<Transcript, 'ownerId' | 'sourceId'>, label: string, colour: number): Speaker {
  const nobody = { name: null, byVoice: false, engine: null, approximate: false, speechMs: 0, voice: null };
  return { ownerId, sourceId, label, colour, ...nobody };
}

export function freeColour(speakers: readonly Speaker[]): number {
  return Math.max(-1, ...speakers.map(({ colour }) => colour)) + 1;
}

/** All labels that mean something in a transcript: with words, known to an engine, or in its turns. */
export async function labelsIn(
  store: Pick<Store, 'transcripts' | 'speakers'>,
  scope: Scope,
  seen: Transcript,
): Promise<Set<string>> {
  const { revision } = await layersOf(store, scope, seen);
  const known = await store.speakers.ofSource(scope, seen.sourceId);
  return new Set([
    ...wordsBySpeaker(seen).keys(),
    ...known.map(({ label }) => label),
    ...[...revision.turns, ...revision.speakers].flatMap(({ speaker }) => speaker ?? []),
  ]);
}

function wordsBySpeaker({ segments }: Transcript): Map<string, number> {
  const words = new Map<string, number>();
  for (const segment of segments)
    if (segment.speaker !== null)
      words.set(segment.speaker, (words.get(segment.speaker) ?? 0) + wordsOf({ segments: [segment] }).length);
  return words;
}
