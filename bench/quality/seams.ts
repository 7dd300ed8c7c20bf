import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, type Config } from '@scholium/server/config.ts';
import { SAMPLE_RATE } from '@scholium/server/core/domain/audio.ts';
import type { BenchOptions } from '../bench-catalogue.ts';
import type { BenchTable } from '../bench-table.ts';
import { runPlainPocketsphinx } from '../speech/plain-pocketsphinx.ts';
import { countWordErrors, sumErrors, type WordErrors } from '../speech/word-errors.ts';
import { hearAround, hearSound, type HeardSound } from './hear-sound.ts';
import { joinedClips, lectureWithoutPauses, type SpokenRecording } from './joined-recordings.ts';
import { exchanged, seamErrors, type SeamErrors, type TimedWord } from './seam-errors.ts';

const SECONDS = 620;
const SHORT_SECONDS = 60;
/** Words are near a seam within this; where chunks overlap they do so by a second on each side. */
const NEAR_MS = 1_500;
/** Sound on each side of a seam in the piece that has none. */
const AROUND_MS = 7_000;

/**
 * What cutting costs: recordings of ten minutes in which speech has to be cut again and again, as Scholium hears them, as plain PocketSphinx
 * hears the whole file, and with the places of all seams heard again by the same engine in one piece that runs over them.
 */
export async function run({ short }: BenchOptions): Promise<BenchTable> {
  const config = loadConfig();
  const seconds = short ? SHORT_SECONDS : SECONDS;
  const rows: BenchTable['rows'] = [];
  const all: { ours: WordErrors; whole: WordErrors }[] = [];
  for (const recording of [await lectureWithoutPauses(config, seconds), await joinedClips(seconds)]) {
    if (recording === null) continue;
    const found = await measure(config, trimmed(recording, short));
    rows.push(...found.rows);
    all.push(found);
  }
  const [ours, whole] = [sumErrors(all.map((one) => one.ours)), sumErrors(all.map((one) => one.whole))];
  rows.push({
    what: 'all recordings: words wrong, Scholium',
    value: ours.errors,
    unit: `of ${ours.words}`,
    goal: `<= ${whole.errors}, plain PocketSphinx on the whole files`,
    ok: ours.errors <= whole.errors,
  });
  return { name: 'Words lost and doubled where speech is cut', rows };
}

/** The short form wants no more of the sample than its first minute, whatever its text: its error rates say nothing. */
function trimmed(recording: SpokenRecording, short: boolean): SpokenRecording {
  return short ? { ...recording, samples: recording.samples.slice(0, SHORT_SECONDS * SAMPLE_RATE) } : recording;
}

interface Measured {
  readonly rows: BenchTable['rows'];
  readonly ours: WordErrors;
  readonly whole: WordErrors;
}

async function measure(config: Config, { name, samples, reference }: SpokenRecording): Promise<Measured> {
  const heard = await hearSound(config, samples);
  const uncut = await withoutSeams(config, samples, heard);
  const whole = countWordErrors(reference, await hearWhole(config, samples));
  const ours = countWordErrors(reference, textOf(heard.words));
  const over = countWordErrors(reference, textOf(uncut));
  const partial = countWordErrors(textOf(heard.words), heard.partialText);
  const near = (words: readonly TimedWord[]): SeamErrors =>
    seamErrors(
      reference,
      words,
      heard.seams.map(({ atMs }) => atMs),
      NEAR_MS,
    );
  const [atSeams, atSame] = [near(heard.words), near(uncut)];
  const forced = heard.seams.filter(({ isForced }) => isForced).length;
  const row = (what: string, value: number, unit: string, most?: number): BenchTable['rows'][number] => ({
    what: `${name}: ${what}`,
    value,
    unit,
    ...(most !== undefined && { goal: `<= ${most}`, ok: value <= most }),
  });
  const rows = [
    row(`${ours.words} words, seams (${forced} within speech)`, heard.seams.length, ''),
    row('words wrong, plain PocketSphinx on the whole file', whole.errors, `of ${whole.words}`),
    row('words wrong, Scholium', ours.errors, `of ${ours.words}`),
    row('words wrong, seams heard again uncut', over.errors, `of ${over.words}`),
    row('near seams, uncut: lost', atSame.lost, `of ${atSame.words}`),
    row('near seams, Scholium: lost', atSeams.lost, `of ${atSeams.words}`, atSame.lost),
    row('near seams, uncut: doubled', atSame.doubled, ''),
    row('near seams, Scholium: doubled', atSeams.doubled, '', atSame.doubled),
    row('near seams, uncut: replaced or put in', atSame.replaced + atSame.added, ''),
    row('near seams, Scholium: replaced or put in', atSeams.replaced + atSeams.added, ''),
    row('words that partial text has otherwise than the transcript', partial.errors, `of ${partial.words}`, 0),
  ];
  return { rows, ours, whole };
}

/** The transcript with what is around each seam as the engine hears it in one piece. */
async function withoutSeams(config: Config, samples: Int16Array, heard: HeardSound): Promise<readonly TimedWord[]> {
  const places = heard.seams.map(({ atMs }) => atMs);
  const pieces = await hearAround(config, samples, places, AROUND_MS);
  return pieces.reduce<readonly TimedWord[]>((words, piece, i) => exchanged(words, piece, places[i] ?? 0, NEAR_MS), heard.words);
}

async function hearWhole(config: Config, samples: Int16Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'scholium-seams-bench-'));
  try {
    const raw = join(folder, 'whole.raw');
    await writeFile(raw, new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
    return (await runPlainPocketsphinx(config, raw)).text;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function textOf(words: readonly TimedWord[]): string {
  return words.map(({ text }) => text).join(' ');
}
