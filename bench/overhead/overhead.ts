import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@scholium/server/config.ts';
import type { Word } from '@scholium/server/core/domain/transcript.ts';
import { ReplayTranscriber } from '@scholium/server/testkit/replay-transcriber.ts';
import type { BenchTable } from '../bench-table.ts';
import { openPipelineHere } from '../pipeline-here.ts';
import { cpuSeconds, median } from '../process-figures.ts';
import { sampleFile } from '../quality/sentences.ts';
import { repeatSample } from '../repeat-sample.ts';
import { runPlainPocketsphinx, writeRaw } from '../speech/plain-pocketsphinx.ts';

const SECONDS = 600;
const ROUNDS = 3;
/** 150 words a minute is how fast lectures are spoken. */
const WORD_MS = 400;

/**
 * What everything but the engine costs for a recording of ten minutes (taking it in, decoding, finding speech, queue,
 * store, index with vectors), as a share of what plain PocketSphinx takes for it. The share of processor time is held to
 * the goal: waiting on a disk or for another program does not change it.
 */
export async function run(): Promise<BenchTable> {
  const folder = await mkdtemp(join(tmpdir(), 'scholium-overhead-bench-'));
  try {
    const config = loadConfig();
    const [recording, raw] = [join(folder, 'ten-minutes.opus'), join(folder, 'sample.raw')];
    await repeatSample(config, SECONDS, recording);
    await writeRaw(config, sampleFile('how-memory-works.opus'), raw);
    const words = await wordsToReplay();
    const before = await measureOurs(recording, words);
    const plain = await runPlainPocketsphinx(config, raw);
    const ours = [before, ...(await inTurn(ROUNDS - 1, () => measureOurs(recording, words)))];
    return tableOf(ours, { cpu: plain.cpuSeconds, wall: plain.wallMs / 1000, seconds: (await readFile(raw)).length / 32_000 });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Cost {
  readonly cpu: number;
  readonly wall: number;
}

/** The product's start is not part of it; what it starts for the first recording (the embedder's model) is. */
async function measureOurs(recording: string, words: readonly Word[]): Promise<Cost> {
  const pipeline = await openPipelineHere({ transcribers: [new ReplayTranscriber({ timesRealTime: Infinity, words })] });
  const [cpuBefore, startedAt] = [cpuSeconds(), performance.now()];
  try {
    await pipeline.transcribe(recording, { index: true });
    const wall = (performance.now() - startedAt) / 1000;
    return { cpu: cpuSeconds() - cpuBefore, wall };
  } finally {
    await pipeline.close();
  }
}

async function inTurn<T>(times: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let turn = 0; turn < times; turn++) results.push(await work());
  return results;
}

/** The sample's own text at an even pace, so that what is stored and indexed is as much as in real life. */
async function wordsToReplay(): Promise<readonly Word[]> {
  const text = (await readFile(sampleFile('how-memory-works.txt'), 'utf8')).toLowerCase().match(/[a-z']+/g) ?? [];
  return Array.from({ length: (SECONDS * 1000) / WORD_MS }, (_, number) => ({
    text: text[number % text.length] ?? '',
    startMs: number * WORD_MS,
    endMs: (number + 1) * WORD_MS - 50,
    confidence: 0.9,
  }));
}

function tableOf(ours: readonly Cost[], plain: Cost & { seconds: number }): BenchTable {
  const scale = SECONDS / plain.seconds;
  const [cpu, wall] = [median(ours.map((one) => one.cpu)), median(ours.map((one) => one.wall))];
  const share = (100 * cpu) / (plain.cpu * scale);
  return {
    name: 'Everything but the engine, for a recording of 10 minutes',
    rows: [
      { what: 'processor time', value: cpu, unit: 's' },
      { what: 'wall time', value: wall, unit: 's' },
      { what: 'plain PocketSphinx, processor time (sample, scaled)', value: plain.cpu * scale, unit: 's' },
      { what: 'plain PocketSphinx, wall time (sample, scaled)', value: plain.wall * scale, unit: 's' },
      { what: 'share of processor time', value: share, unit: '%', goal: '<= 5 %', ok: share <= 5 },
      { what: 'share of wall time', value: (100 * wall) / (plain.wall * scale), unit: '%' },
    ],
  };
}
