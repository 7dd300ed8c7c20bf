import type { Passage } from '../domain/passage.ts';
import type { Scope } from '../domain/scope.ts';
import type { Segment, Transcript } from '../domain/transcript.ts';
import type { Store } from '../ports/store.ts';
import { withNames } from '../speakers/lay-names.ts';

/** Whether a segment is the speaker's, by name or label. Compared without regard to case. */
export function isBy({ speaker, speakerLabel }: Pick<Segment, 'speaker' | 'speakerLabel'>, name: string): boolean {
  const wanted = name.trim().toLowerCase();
  return [speaker, speakerLabel].some((known) => known?.trim().toLowerCase() === wanted);
}

/**
 * Tells whether a speaker says some of a passage. Speakers are looked up in the version of the transcript that the passage is
 * of, so that naming one needs no new index. Each transcript is read once.
 */
export function speaksIn(
  store: Pick<Store, 'transcripts' | 'speakers'>,
  scope: Scope,
  speaker: string | undefined,
): (passage: Passage) => Promise<boolean> {
  const read = new Map<string, Promise<Transcript | null>>();
  const named = async (sourceId: string, version: number): Promise<Transcript | null> => {
    const transcript = await store.transcripts.find(scope, sourceId, version);
    return transcript && withNames(store, scope, transcript);
  };
  return async (passage) => {
    if (speaker === undefined) return true;
    const { kind, sourceId, textVersion, firstWord, lastWord } = passage;
    if (kind !== 'recording' || firstWord === null || lastWord === null) return false;
    const key = JSON.stringify([sourceId, textVersion]);
    const reading = read.get(key) ?? named(sourceId, textVersion);
    read.set(key, reading);
    let next = 0;
    for (const segment of (await reading)?.segments ?? []) {
      const first = next;
      next += segment.words.length;
      if (first <= lastWord && next > firstWord && isBy(segment, speaker)) return true;
    }
    return false;
  };
}
