import type { Revision } from '../domain/revision.ts';
import type { Scope } from '../domain/scope.ts';
import { wordsOf, type Transcript } from '../domain/transcript.ts';
import type { Store } from '../ports/store.ts';
import { carryPatches, carryRange } from './carry-patches.ts';
import { layersOf } from './correct-transcript.ts';

/** What became of people's corrections when a recording was transcribed again. */
export interface CarriedCorrections {
  /** The version to show: the new one, with the corrections over it where there are any. */
  readonly transcript: Transcript;
  readonly kept: number;
  /** Corrections that the engine made itself this time. */
  readonly agreed: number;
  /** Corrections where the engine hears something else than before. */
  readonly conflicts: number;
}

/**
 * Lays what people corrected in the version before (`before`) and whose words they were over the words of a new version (`made`), in
 * the transaction that writes it: there is no moment in which corrections are gone.
 */
export async function carryCorrections(
  tx: Pick<Store, 'transcripts'>,
  scope: Scope,
  before: Transcript | null,
  made: Transcript,
): Promise<CarriedCorrections> {
  const nothing = { transcript: made, kept: 0, agreed: 0, conflicts: 0 };
  if (!before || before.baseVersion === null) return nothing;
  // The engine gave the very version that was corrected.
  if (before.baseVersion === made.version) return { ...nothing, transcript: before };
  const { base, revision } = await layersOf(tx, scope, before);
  const [old, now] = [wordsOf(base), wordsOf(made)];
  const { texts, agreed, conflicts } = carryPatches(old, now, revision.texts);
  const speakers = revision.speakers.flatMap(({ speaker, ...range }) => {
    const place = carryRange(old, now, range);
    return place.lastWord < place.firstWord ? [] : [{ ...place, speaker }];
  });
  const carried: Revision = { texts: [...texts], speakers, turns: revision.turns };
  if (texts.length + speakers.length + revision.turns.length === 0) return { ...nothing, agreed };
  const examples = texts.flatMap(({ conflict, text, firstWord }) =>
    conflict === null ? [] : [{ startMs: now[firstWord]?.startMs ?? 0, before: conflict, after: text }],
  );
  const transcript = await tx.transcripts.revise(scope, {
    sourceId: made.sourceId,
    expected: made.version,
    baseVersion: made.version,
    origin: texts.length + speakers.length > 0 ? 'corrected' : 'machine',
    revision: carried,
    change: { kind: 'merge', by: null, examples: examples.slice(0, 20), places: conflicts },
    createdAt: made.createdAt,
  });
  if (!transcript) throw new Error('A version that was just written is the newest.');
  return { transcript, kept: texts.length, agreed, conflicts };
}
