import { beforeEach, describe, expect, it } from 'vitest';
import { aCourse, aLecture, aSource } from '../../../testkit/builders.ts';
import { memoryStore } from '../../../testkit/memory-store.ts';
import { makeTranscript } from '../../../testkit/spoken-transcript.ts';
import { systemClock } from '../../adapters/system/system-clock.ts';
import { NO_REVISION, type SpeakerTurn } from '../domain/revision.ts';
import { LOCAL_OWNER, ownerScope } from '../domain/scope.ts';
import type { Diarizer, VoiceEmbedding } from '../ports/diarizer.ts';
import type { Store } from '../ports/store.ts';
import { diarize, type Diarized } from './diarize.ts';

const scope = ownerScope(LOCAL_OWNER);
const signal = new AbortController().signal;
const source = aSource();
let store: Store;
let listened: number;

/** Finds the same turns each time. */
function finds(turns: readonly SpeakerTurn[], voice: VoiceEmbedding | null = null): Diarizer {
  const voices = [...new Set(turns.map(({ speaker }) => speaker))].map((speaker) => ({
    speaker,
    speechMs: 60_000,
    embedding: voice,
  }));
  return {
    engine: 'made',
    approximate: true,
    unavailable: async () => null,
    digest: async () => JSON.stringify(turns),
    diarize: async () => {
      listened += 1;
      return { model: 'made', turns, voices };
    },
  };
}

async function run(diarizer: Diarizer, speakers: number | null = null): Promise<Diarized> {
  const input = { scope, source, speakers, audioKey: 'cuts', onProgress: () => {} };
  const audio = async function* () {};
  const lay = await diarize({ store, diarizer, clock: systemClock }, { ...input, audio }, signal);
  return store.transaction(lay);
}

async function who(): Promise<(string | null)[]> {
  return (await store.transcripts.latest(scope, source.id))?.segments.map(({ speaker }) => speaker) ?? [];
}

const spoken = makeTranscript(['What makes the tides?', 'The moon does.']);
const ends = spoken.segments.map(({ startMs, endMs }) => ({ startMs, endMs }));
const turns = (...speakers: string[]): SpeakerTurn[] => speakers.map((speaker, i) => ({ ...ends[i]!, speaker })); // one for each segment

beforeEach(async () => {
  store = memoryStore();
  listened = 0;
  await store.courses.insert(scope, aCourse());
  await store.lectures.insert(scope, aLecture());
  await store.sources.insert(scope, source);
  await store.transcripts.add(scope, { ...spoken, ownerId: LOCAL_OWNER, sourceId: source.id, lectureId: source.lectureId });
});

describe('diarize', () => {
  it('lays who speaks over the words, as a version of the machine that says what made it', async () => {
    const { transcript, ...result } = await run(finds(turns('S1', 'S2')));
    expect(result).toEqual({ engine: 'made', model: 'made', approximate: true, speakers: 2 });
    expect(transcript).toMatchObject({ version: 2, origin: 'machine', baseVersion: 1 });
    expect(await who()).toEqual(['S1', 'S2']);
    const [entry] = await store.transcripts.history(scope, source.id, null, 1);
    expect(entry?.change).toMatchObject({ kind: 'speakers', by: null });
    const speakers = await store.speakers.ofSource(scope, source.id);
    expect(speakers.map(({ label, colour, engine, approximate }) => [label, colour, engine, approximate])).toEqual([
      ['S1', 0, 'made', true],
      ['S2', 1, 'made', true],
    ]);
  });

  it('labels nothing where one person speaks', async () => {
    expect((await run(finds(turns('S1', 'S1')))).transcript).toBeNull();
    expect(await who()).toEqual([null, null]);
    expect(await store.speakers.ofSource(scope, source.id)).toHaveLength(1);
  });

  it('keeps what people corrected and named, and the names of speakers who are found again', async () => {
    await run(finds(turns('S1', 'S2')));
    const [first] = await store.speakers.ofSource(scope, source.id);
    await store.speakers.put(scope, { ...first!, name: 'Ada' });
    const texts = [{ firstWord: 0, lastWord: 0, text: 'Who', conflict: null }];
    const person = { kind: 'edit' as const, by: 'ann', examples: [], places: 1 };
    await store.transcripts.revise(scope, {
      sourceId: source.id,
      expected: 2,
      baseVersion: 1,
      origin: 'corrected',
      revision: { ...NO_REVISION, texts, turns: turns('S1', 'S2') },
      change: person,
      createdAt: 1,
    });
    // The engine calls them the other way round this time, and hears a third.
    const { transcript } = await run(finds([...turns('S2', 'S1'), { speaker: 'S3', startMs: 90_000, endMs: 99_000 }]));
    expect(transcript).toMatchObject({ version: 4, origin: 'corrected' });
    expect(transcript?.segments.map(({ speaker, text }) => [speaker, text.split(' ')[0]])).toEqual([
      ['S1', 'Who'],
      ['S2', 'The'],
    ]);
    const named = (await store.speakers.ofSource(scope, source.id)).map(({ label, name }) => [label, name]);
    expect(named).toEqual([
      ['S1', 'Ada'],
      ['S2', null],
      ['S3', null],
    ]);
  });

  it('listens once to the same sound, and writes no second version of the same', async () => {
    const diarizer = finds(turns('S1', 'S2'));
    await run(diarizer);
    expect((await run(diarizer)).transcript).toBeNull();
    expect(listened).toBe(1);
    await run(diarizer, 2);
    expect(listened).toBe(2);
  });

  it('takes the newest transcript, if somebody corrects it meanwhile', async () => {
    const input = { scope, source, speakers: null, audioKey: 'cuts', onProgress: () => {}, audio: async function* () {} };
    const lay = await diarize({ store, diarizer: finds(turns('S1', 'S2')), clock: systemClock }, input, signal);
    let moved = false;
    await store.transaction((tx) =>
      lay({
        ...tx,
        transcripts: {
          ...tx.transcripts,
          revise: async (who, request) => {
            if (!moved) {
              moved = true;
              const revision = { ...NO_REVISION, texts: [{ firstWord: 0, lastWord: 0, text: 'Who', conflict: null }] };
              await tx.transcripts.revise(who, { ...request, origin: 'corrected', revision });
            }
            return tx.transcripts.revise(who, request);
          },
        },
      }),
    );
    const latest = await store.transcripts.latest(scope, source.id);
    expect(latest).toMatchObject({ version: 3, origin: 'corrected' });
    expect(latest?.segments.map(({ speaker, text }) => [speaker, text.split(' ')[0]])).toEqual([
      ['S1', 'Who'],
      ['S2', 'The'],
    ]);
  });

  it('names a speaker whom the course knows by voice', async () => {
    const voice = { space: 'made', vector: [1, 0] };
    await store.sources.insert(scope, aSource({ id: 'older' }));
    await run(finds(turns('S1', 'S2'), { space: 'made', vector: [0, 1] }));
    const [known] = await store.speakers.ofSource(scope, source.id);
    await store.speakers.put(scope, { ...known!, sourceId: 'older', name: 'Ada', voice });
    await run(finds(turns('S1', 'S1'), voice));
    expect((await store.speakers.ofSource(scope, source.id)).map(({ name, byVoice }) => [name, byVoice])).toEqual([
      ['Ada', true],
    ]);
  });

  it('says so when there is no transcript to lay it over', async () => {
    await store.sources.insert(scope, aSource({ id: 'empty' }));
    const input = { scope, source: aSource({ id: 'empty' }), speakers: null, audioKey: 'cuts', onProgress: () => {} };
    const lay = await diarize(
      { store, diarizer: finds(turns('S1')), clock: systemClock },
      { ...input, audio: async function* () {} },
      signal,
    );
    await expect(store.transaction(lay)).rejects.toMatchObject({ code: 'transcript_not_found' });
  });
});
