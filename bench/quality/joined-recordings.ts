import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Config } from '@scholium/server/config.ts';
import { msToSamples, SAMPLE_RATE } from '@scholium/server/core/domain/audio.ts';
import { joined, silence } from '@scholium/server/testkit/sound.ts';
import { samplesOf } from '@scholium/server/testkit/spoken-sample.ts';
import { findSampleData } from '../sample-data.ts';
import { sampleFile } from './sentences.ts';

/** Sound with the words that are said in it. */
export interface SpokenRecording {
  readonly name: string;
  readonly samples: Int16Array;
  readonly reference: string;
}

/** Milliseconds between two clips, in turn. A detector ends an utterance after 500: most clips run into each other. */
const GAPS = [0, 200, 500, 100, 300, 0, 400];
/** How fast the lecture is spoken from one time to the next. */
const PACES = [1, 0.96, 1.04, 0.93, 1.07];
/** Sound at a clip's edges that is softer than this is cut off, so that the gaps are what they say. */
const SOFT = 300;
/** Steps through the clips that differ from round to round and meet each clip once (no two of them divide 68, 69 or 70). */
const STRIDES = [1, 23, 41, 53, 61];

/** The sample lecture without its pauses, again and again, each time at another pace, so that it is cut at other places. */
export async function lectureWithoutPauses(config: Config, seconds: number): Promise<SpokenRecording> {
  const text = await readFile(sampleFile('how-memory-works.txt'), 'utf8');
  const [parts, texts]: [Int16Array[], string[]] = [[], []];
  for (let length = 0; length < seconds * SAMPLE_RATE; length += parts.at(-1)?.length ?? Infinity) {
    parts.push(await lectureAt(config, PACES[parts.length % PACES.length] ?? 1));
    texts.push(text);
  }
  return { name: 'sample lecture without pauses', samples: joined(...parts), reference: texts.join('\n') };
}

async function lectureAt(config: Config, pace: number): Promise<Int16Array> {
  const filter = `silenceremove=stop_periods=-1:stop_duration=0.05:stop_threshold=-35dB,atempo=${pace}`;
  const output = ['-ac', '1', '-ar', String(SAMPLE_RATE), '-f', 's16le', '-'];
  const { stdout } = await promisify(execFile)(
    config.ffmpegPath,
    ['-nostdin', '-v', 'error', '-i', sampleFile('how-memory-works.opus'), '-af', filter, ...output],
    { encoding: 'buffer', maxBuffer: 2 ** 26 },
  );
  return new Int16Array(new Uint8Array(stdout).buffer);
}

/** Real English clips one after the other with gaps of 0 to 0.5 s, in another order each round; null where the data set is not at hand. */
export async function joinedClips(seconds: number): Promise<SpokenRecording | null> {
  const clips = await realClips();
  if (clips.length === 0) return null;
  const [parts, texts]: [Int16Array[], string[]] = [[], []];
  let length = 0;
  for (let number = 0; length < seconds * SAMPLE_RATE; number++) {
    const stride = STRIDES[Math.floor(number / clips.length) % STRIDES.length] ?? 1;
    const clip = clips[(number * stride) % clips.length];
    const gap = silence(GAPS[number % GAPS.length] ?? 0);
    if (!clip) break;
    parts.push(clip.samples, gap);
    texts.push(clip.reference);
    length += clip.samples.length + gap.length;
  }
  return { name: `real clips, ${texts.length} joined`, samples: joined(...parts), reference: texts.join('\n') };
}

async function realClips(): Promise<{ samples: Int16Array; reference: string }[]> {
  const list = findSampleData('asr_references.tsv');
  if (list === null) return [];
  const [header, ...lines] = (await readFile(list, 'utf8')).trim().split('\n');
  const columns = header?.split('\t') ?? [];
  const clips: { samples: Int16Array; reference: string }[] = [];
  for (const line of lines) {
    const cells = line.split('\t');
    const cell = (name: string): string => cells[columns.indexOf(name)] ?? '';
    const file = findSampleData(cell('path'));
    if (cell('lang') !== 'en' || !['read', 'speech'].includes(cell('kind')) || !cell('path').startsWith('asr_en/') || !file)
      continue;
    clips.push({ samples: withoutEdges(await samplesOf(file)), reference: cell('reference') });
  }
  return clips;
}

/** Without the silence before the first and after the last sound, but for 50 ms. */
function withoutEdges(samples: Int16Array): Int16Array {
  const margin = msToSamples(50);
  const first = samples.findIndex((sample) => Math.abs(sample) > SOFT);
  const last = samples.findLastIndex((sample) => Math.abs(sample) > SOFT);
  return first < 0 ? samples : samples.slice(Math.max(0, first - margin), last + 1 + margin);
}
