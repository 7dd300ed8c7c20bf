import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchTable } from '../bench-table.ts';
import { openPipelineHere, type PipelineHere } from '../pipeline-here.ts';
import { findSampleData } from '../sample-data.ts';
import { runPlainPocketsphinx, writeRaw } from '../speech/plain-pocketsphinx.ts';
import { countWordErrors, sumErrors, type WordErrors } from '../speech/word-errors.ts';
import { sampleFile } from './sentences.ts';

interface Recording {
  readonly file: string;
  readonly reference: string;
}

interface Comparison {
  readonly ours: WordErrors;
  readonly plain: WordErrors;
}

/** The samples only: on real clips the speed has a known price (docs/decisions/0001-speech.md), which is shown. */
const GOAL = 'no worse than plain';

/** Words wrong in Scholium's transcripts and in those of one plain PocketSphinx process a file. Real clips join where they exist. */
export async function run(): Promise<BenchTable> {
  const folder = await mkdtemp(join(tmpdir(), 'scholium-errors-bench-'));
  const pipeline = await openPipelineHere();
  const compareAll = (recordings: readonly Recording[]) => compare(pipeline, folder, recordings);
  try {
    const lecture = await compareAll([await sample('how-memory-works')]);
    const short = await compareAll([await sample('tides')]);
    const both = { ours: sumErrors([lecture.ours, short.ours]), plain: sumErrors([lecture.plain, short.plain]) };
    const rows = [
      ...rowsOf('sample "How memory works"', lecture, GOAL),
      ...rowsOf('sample "Tides"', short, GOAL),
      ...rowsOf('both samples', both, GOAL),
    ];
    const clips = await realClips();
    if (clips.length > 0) rows.push(...rowsOf(`${clips.length} real clips`, await compareAll(clips)));
    return { name: 'Words wrong, Scholium and plain PocketSphinx', rows };
  } finally {
    await pipeline.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function compare(pipeline: PipelineHere, folder: string, recordings: readonly Recording[]): Promise<Comparison> {
  const raw = join(folder, 'recording.raw');
  const [ours, plain]: [WordErrors[], WordErrors[]] = [[], []];
  for (const { file, reference } of recordings) {
    ours.push(countWordErrors(reference, (await pipeline.transcribe(file)).text));
    await writeRaw(pipeline.config, file, raw);
    plain.push(countWordErrors(reference, (await runPlainPocketsphinx(pipeline.config, raw)).text));
  }
  return { ours: sumErrors(ours), plain: sumErrors(plain) };
}

function rowsOf(what: string, { ours, plain }: Comparison, goal?: 'no worse than plain'): BenchTable['rows'] {
  const percent = ({ errors, words }: WordErrors): number => (100 * errors) / words;
  const row = { what: `${what}: Scholium (${ours.errors} wrong)`, value: percent(ours), unit: '%' };
  return [
    { what: `${what}, ${plain.words} words: plain (${plain.errors} wrong)`, value: percent(plain), unit: '%' },
    goal ? { ...row, goal, ok: ours.errors <= plain.errors } : row,
  ];
}

async function sample(name: string): Promise<Recording> {
  return { file: sampleFile(`${name}.opus`), reference: await readFile(sampleFile(`${name}.txt`), 'utf8') };
}

/** Read and free English speech with its text; none where the data set is not at hand. */
async function realClips(): Promise<readonly Recording[]> {
  const list = findSampleData('asr_references.tsv');
  if (list === null) return [];
  const [header, ...lines] = (await readFile(list, 'utf8')).trim().split('\n');
  const columns = header?.split('\t') ?? [];
  return lines.flatMap((line) => {
    const cells = line.split('\t');
    const cell = (name: string): string => cells[columns.indexOf(name)] ?? '';
    if (cell('lang') !== 'en' || !['read', 'speech'].includes(cell('kind')) || !cell('path').startsWith('asr_en/')) return [];
    const file = findSampleData(cell('path'));
    return file === null ? [] : [{ file, reference: cell('reference') }];
  });
}
