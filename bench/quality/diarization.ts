import { readFile } from 'node:fs/promises';
import { createMfccDiarizer } from '@scholium/server/adapters/mfcc-diarizer/mfcc-diarizer.ts';
import { createSherpaVad } from '@scholium/server/adapters/sherpa/sherpa-vad.ts';
import { SAMPLE_RATE, type AudioChunk } from '@scholium/server/core/domain/audio.ts';
import { blocksOf, joined, silence } from '@scholium/server/testkit/sound.ts';
import { samplesOf } from '@scholium/server/testkit/spoken-sample.ts';
import { highVoice, lowVoice } from '@scholium/server/testkit/voices.ts';
import type { BenchTable } from '../bench-table.ts';
import { findSampleData } from '../sample-data.ts';
import { readRttm, scoreDiarization, type Turn } from './diarization-error.ts';

interface Recording {
  readonly name: string;
  readonly samples: Int16Array;
  readonly reference: readonly Turn[];
  /** Whether people wrote down who speaks, pauses and overlaps included; clips that were joined have their pauses inside. */
  readonly isByHand?: boolean;
}

type Row = BenchTable['rows'][number];

/** How wrong the approximate diarizer is. Real conversation and joined clips join where the data set is at hand; nothing but the sample is held to a goal. */
export async function run(): Promise<BenchTable> {
  const rows: Row[] = [];
  for (const recording of [await sampleOfTwo(), ...(await realRecordings())]) rows.push(...(await rowsOf(recording)));
  return { name: 'Who speaks when, without models', rows: [...(await scorerRow()), ...rows] };
}

async function rowsOf({ name, samples, reference, isByHand = false }: Recording): Promise<Row[]> {
  const chunks = await chunksOf(samples);
  const people = new Set(reference.map(({ speaker }) => speaker)).size;
  const rows: Row[] = [];
  for (const speakers of [null, people]) {
    const found = await createMfccDiarizer().diarize(inOrder(chunks), { speakers }, new AbortController().signal);
    const system = found.turns.map(({ startMs, endMs, speaker }) => ({ start: startMs / 1000, end: endMs / 1000, speaker }));
    const strict = scoreDiarization(reference, system, { collar: 0, ignoresOverlap: false });
    const usual = scoreDiarization(reference, system, { collar: 0.25, ignoresOverlap: false });
    const known = speakers === null ? 'number not known' : 'number known';
    const what = `${name}, ${known}: ${found.voices.length} of ${people} voices`;
    const confused = { what: `${what}, given to somebody else`, value: (100 * usual.confused) / usual.speech, unit: '%' };
    // The sample is held to a goal; its reference knows nothing of pauses, so that only who is meant counts.
    rows.push(name.startsWith('sample') ? { ...confused, goal: '< 2', ok: confused.value < 2 } : confused);
    if (!isByHand) continue;
    rows.push({ what: `${what}, error rate, collar 0.25 s`, value: 100 * usual.rate, unit: '%' });
    rows.push({ what: `${what}, error rate, no collar`, value: 100 * strict.rate, unit: '%' });
  }
  return rows;
}

/** The scorer itself, on the pair for which NIST's md-eval gives 7.16923618 %. */
async function scorerRow(): Promise<Row[]> {
  const folder = findSampleData('diar/scorer_ES2014c');
  if (folder === null) return [];
  const read = async (name: string): Promise<Turn[]> => readRttm(await readFile(`${folder}/${name}/ES2014c.rttm`, 'utf8'));
  const { rate } = scoreDiarization(await read('ref_rttm'), await read('sys_rttm'), { collar: 0.25, ignoresOverlap: true });
  const ok = Math.abs(100 * rate - 7.169_236_18) < 1e-6;
  return [
    { what: 'the scorer on ES2014c, collar 0.25 s, without overlaps', value: 100 * rate, unit: '%', goal: '7.16923618', ok },
  ];
}

/** Two voices in turn, from the sample in the repository. */
async function sampleOfTwo(): Promise<Recording> {
  const [low, high] = [await lowVoice(), await highVoice()];
  const second = SAMPLE_RATE;
  const parts = [
    ['low', low.slice(0, 8 * second)],
    ['high', high.slice(0, 6 * second)],
    ['low', low.slice(8 * second, 16 * second)],
    ['high', high.slice(6 * second, 12 * second)],
  ] as const;
  return joinTurns('sample, two voices', parts);
}

async function realRecordings(): Promise<Recording[]> {
  const recordings: Recording[] = [];
  const [sound, turns] = ['wav', 'rttm'].map((extension) => findSampleData(`diar/pyannote_sample/sample.${extension}`));
  if (sound && turns)
    recordings.push({
      name: 'telephone, 30 s, two women',
      samples: await samplesOf(sound),
      reference: readRttm(await readFile(turns, 'utf8')),
      isByHand: true,
    });
  const clips = await realClips();
  const readers = [...new Set(clips.map(({ reader }) => reader))];
  for (const reader of readers) {
    const own = clips.filter((clip) => clip.reader === reader);
    recordings.push(
      joinTurns(
        `${reader} alone`,
        own.map(({ samples }) => [reader, samples] as const),
      ),
    );
  }
  if (readers.length > 1) {
    const inTurn = readers.map((reader) => clips.filter((clip) => clip.reader === reader).slice(0, 5));
    const turnsOfAll = Array.from({ length: 5 }, (_, i) => inTurn.flatMap((own) => own.slice(i, i + 1))).flat();
    recordings.push(
      joinTurns(
        'readers in turn',
        turnsOfAll.map(({ reader, samples }) => [reader, samples] as const),
      ),
    );
  }
  return recordings;
}

/** Clips of two readers of whom there are several. */
async function realClips(): Promise<{ reader: string; samples: Int16Array }[]> {
  const list = findSampleData('asr_references.tsv');
  if (list === null) return [];
  const paths = (await readFile(list, 'utf8')).split('\n').map((line) => line.split('\t')[0] ?? '');
  const readerOf = (path: string): string | null =>
    path.includes('/hifitts6097/') ? 'reader 6097' : path.includes('/librivox/') ? 'reader of Austen' : null;
  const found: { reader: string; samples: Int16Array }[] = [];
  for (const path of paths) {
    const [reader, file] = [readerOf(path), findSampleData(path)];
    if (reader && file) found.push({ reader, samples: await samplesOf(file) });
  }
  return found;
}

/** One after the other with short pauses. */
function joinTurns(name: string, turns: readonly (readonly [speaker: string, samples: Int16Array])[]): Recording {
  const pause = silence(300);
  const reference: Turn[] = [];
  let at = 0;
  for (const [speaker, samples] of turns) {
    reference.push({ speaker, start: at / SAMPLE_RATE, end: (at + samples.length) / SAMPLE_RATE });
    at += samples.length + pause.length;
  }
  return { name, reference, samples: joined(...turns.flatMap(([, samples]) => [samples, pause])) };
}

/** The speech of a recording as one chunk, where the product's own detector finds it. */
async function chunksOf(samples: Int16Array): Promise<AudioChunk[]> {
  const session = await createSherpaVad().open(new AbortController().signal);
  try {
    const utterances = [];
    for (const block of blocksOf(samples)) utterances.push(...(await session.accept(block)));
    utterances.push(...(await session.flush()));
    return [{ index: 0, startSample: 0, endSample: samples.length, samples, utterances }];
  } finally {
    await session.close();
  }
}

async function* inOrder(chunks: readonly AudioChunk[]): AsyncGenerator<AudioChunk> {
  yield* chunks;
}
