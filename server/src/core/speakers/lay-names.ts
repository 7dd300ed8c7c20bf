import type { Scope } from '../domain/scope.ts';
import type { Speaker } from '../domain/speaker.ts';
import type { Segment } from '../domain/transcript.ts';
import type { Store } from '../ports/store.ts';

/**
 * Segments with names in place of labels; `speakerLabel` says which label a name stands for. Where nobody is labelled and the recording
 * has one speaker, who has a name, all of it is that one's.
 */
export function layNames<S extends Segment>(segments: readonly S[], speakers: readonly Speaker[]): S[] {
  const names = new Map(speakers.flatMap(({ label, name }) => (name === null ? [] : [[label, name] as const])));
  if (names.size === 0) return [...segments];
  const [only] = speakers;
  const alone = speakers.length === 1 && only && segments.every(({ speaker }) => speaker === null) ? only : null;
  return segments.map((segment) => {
    const label = segment.speaker ?? alone?.label ?? null;
    const name = label === null ? undefined : names.get(label);
    return label === null || name === undefined ? segment : { ...segment, speaker: name, speakerLabel: label };
  });
}

/** A transcript as people read it: with the names of its speakers. */
export async function withNames<T extends { readonly sourceId: string; readonly segments: readonly Segment[] }>(
  store: Pick<Store, 'speakers'>,
  scope: Scope,
  transcript: T,
): Promise<T & { readonly segments: Segment[] }> {
  const speakers = await store.speakers.ofSource(scope, transcript.sourceId);
  return { ...transcript, segments: layNames(transcript.segments, speakers) };
}
