import type { Passage } from '../domain/passage.ts';
import type { Scope } from '../domain/scope.ts';
import type { Segment, Transcript } from '../domain/transcript.ts';
import type { Store } from '../ports/store.ts';

/** Whether a segment is the speaker's. Names are compared without regard to case. */
export function isBy({ speaker }: Pick<Segment, 'speaker'>, name: string): boolean {
  return speaker !== null && speaker.trim().toLowerCase() === name.trim().toLowerCase();
}

/**
 * Tells whether a speaker says some of a passage. Speakers are looked up in the version of the transcript that the passage is
 * of, so that naming one needs no new index. Each transcript is read once.
 */
export function speaksIn(
  store: Pick<Store, 'transcripts'>,
  scope: Scope,
  speaker: string | undefined,
): (passage: Passage) => Promise<boolean> {
  const read = new Map<string, Promise<Transcript | null>>();
  return async (passage) => {
    if (speaker === undefined) return true;
    const { kind, sourceId, textVersion, firstWord, lastWord } = passage;
    if (kind !== 'recording' || firstWord === null || lastWord === null) return false;
    const key = JSON.stringify([sourceId, textVersion]);
    const reading = read.get(key) ?? store.transcripts.find(scope, sourceId, textVersion);
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
