import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, type Config } from '@scholium/server/config.ts';
import { samplesOf } from '@scholium/server/testkit/spoken-sample.ts';
import type { BenchTable } from '../bench-table.ts';
import { hearSound } from '../quality/hear-sound.ts';
import { openPipelineHere, type PipelineRun } from '../pipeline-here.ts';
import { median } from '../process-figures.ts';
import { sampleFile } from '../quality/sentences.ts';
import { runPlainPocketsphinx, writeRaw, type PlainRun } from './plain-pocketsphinx.ts';
import { countWordErrors } from './word-errors.ts';

const ROUNDS = 3;

/**
 * How long Scholium takes for the sample lecture, from the end of the upload to the searchable transcript, against
 * one plain process of the same engine. The two take turns at being first, so that a slow minute of the machine meets both.
 */
export async function run(): Promise<BenchTable> {
  const folder = await mkdtemp(join(tmpdir(), 'scholium-speech-bench-'));
  const lecture = sampleFile('how-memory-works.opus');
  try {
    const raw = join(folder, 'lecture.raw');
    const ours: PipelineRun[] = [];
    const plain: PlainRun[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const pipeline = await openPipelineHere();
      try {
        if (round === 0) await writeRaw(pipeline.config, lecture, raw);
        const turns = [
          async () => ours.push(await pipeline.transcribe(lecture)),
          async () => plain.push(await runPlainPocketsphinx(pipeline.config, raw)),
        ];
        for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
      } finally {
        await pipeline.close();
      }
    }
    const rows = [...(await rowsOf(ours, plain)), ...(await coresRows(lecture))];
    return { name: 'Transcribing the sample lecture, beside plain PocketSphinx', rows };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** How much faster as many engine processes as there are cores are than one; nothing on one core. */
async function coresRows(lecture: string): Promise<BenchTable['rows']> {
  const cores = availableParallelism();
  if (cores === 1) return [];
  const [config, samples] = [loadConfig(), await samplesOf(lecture)];
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const [one, all] = [await secondsOf(config, samples, 1), await secondsOf(config, samples, cores)];
    ratios.push(one / all);
  }
  const gain = median(ratios);
  // 1.65 of 2: the detector and the decoder share the cores with the engine.
  const least = 0.825 * cores;
  return [
    { what: `${cores} engine processes / one, speed`, value: gain, unit: 'x', goal: `>= ${least.toFixed(2)}`, ok: gain >= least },
  ];
}

async function secondsOf(config: Config, samples: Int16Array, processes: number): Promise<number> {
  const startedAt = performance.now();
  await hearSound(config, samples, processes);
  return (performance.now() - startedAt) / 1000;
}

async function rowsOf(ours: readonly PipelineRun[], plain: readonly PlainRun[]): Promise<BenchTable['rows']> {
  const [first, plainFirst] = [ours[0], plain[0]];
  if (!first || !plainFirst) throw new Error('Nothing was measured.');
  const ratio = median(ours.map((one, round) => one.wallMs / (plain[round]?.wallMs ?? Number.NaN)));
  const firstText = median(ours.map((one) => one.firstTextMs ?? Number.POSITIVE_INFINITY));
  const ourSeconds = median(ours.map((one) => one.wallMs)) / 1000;
  const reference = await readFile(sampleFile('how-memory-works.txt'), 'utf8');
  const [ourErrors, plainErrors] = [countWordErrors(reference, first.text), countWordErrors(reference, plainFirst.text)];
  return [
    { what: 'length of the recording', value: first.durationMs / 1000, unit: 's' },
    { what: 'Scholium', value: ourSeconds, unit: 's' },
    { what: 'plain PocketSphinx', value: median(plain.map((one) => one.wallMs)) / 1000, unit: 's' },
    { what: 'Scholium / plain', value: ratio, unit: '', goal: '<= 0.40', ok: ratio <= 0.4 },
    { what: 'times real time', value: first.durationMs / 1000 / ourSeconds, unit: 'x' },
    { what: 'first text after the upload', value: firstText / 1000, unit: 's', goal: '<= 5 s', ok: firstText <= 5000 },
    { what: 'plain: words wrong', value: plainErrors.errors, unit: `of ${plainErrors.words}` },
    {
      what: 'Scholium: words wrong',
      value: ourErrors.errors,
      unit: `of ${ourErrors.words}`,
      goal: `<= ${plainErrors.errors}`,
      ok: ourErrors.errors <= plainErrors.errors,
    },
  ];
}
