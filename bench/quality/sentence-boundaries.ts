import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { loadConfig, type Config } from '@scholium/server/config.ts';
import { samplesOf } from '@scholium/server/testkit/spoken-sample.ts';
import type { BenchTable } from '../bench-table.ts';
import { hearSound } from './hear-sound.ts';
import { f1, sentenceErrors, type BoundaryScore } from './sentence-errors.ts';
import { sampleFile } from './sentences.ts';

/** Voices of flite that PocketSphinx understands; the samples are spoken by the first. */
const VOICES = ['slt', 'awb'];

/** Where sentences end in the transcripts of an engine that writes no punctuation, against the texts that were spoken. All voices are synthetic. */
export async function run(): Promise<BenchTable> {
  const config = loadConfig();
  const rows: BenchTable['rows'] = [];
  for (const name of ['how-memory-works', 'tides']) {
    const reference = await readFile(sampleFile(`${name}.txt`), 'utf8');
    rows.push(...rowsOf(`sample "${name}"`, await score(config, reference, await samplesOf(sampleFile(`${name}.opus`)))));
  }
  const half = secondHalf(await readFile(sampleFile('how-memory-works.txt'), 'utf8'));
  for (const voice of VOICES) {
    const sound = await spokenBy(voice, half);
    if (sound !== null)
      rows.push(...rowsOf(`second half of "how-memory-works" by another voice (${voice})`, await score(config, half, sound)));
  }
  return { name: 'Where sentences end, without punctuation from the engine', rows };
}

/** From the first paragraph after the middle on. The thresholds for quick speakers were chosen on the first half. */
function secondHalf(text: string): string {
  return text.slice(text.indexOf('\n\n', text.length / 2)).trim();
}

async function score(config: Config, reference: string, samples: Int16Array): Promise<BoundaryScore> {
  const { words } = await hearSound(config, samples);
  return sentenceErrors(reference, words.map(({ text }) => text).join(' '));
}

function rowsOf(what: string, found: BoundaryScore): BenchTable['rows'] {
  const { right, made, expected } = found;
  return [{ what: `${what}: F1 (${right} right of ${made} made, ${expected} expected)`, value: f1(found), unit: '' }];
}

/** Null where flite is not at hand. */
async function spokenBy(voice: string, text: string): Promise<Int16Array | null> {
  const folder = await mkdtemp(join(tmpdir(), 'scholium-sentences-bench-'));
  try {
    const [file, spoken] = [join(folder, 'speech.wav'), join(folder, 'text.txt')];
    await writeFile(spoken, text);
    // A file is spoken sentence by sentence; a text on the command line as one, hardly stopping at all.
    await promisify(execFile)('flite', ['-voice', voice, '-f', spoken, '-o', file]);
    return await samplesOf(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
