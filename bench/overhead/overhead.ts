import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSherpaVad } from '@scholium/server/adapters/sherpa/sherpa-vad.ts';
import { loadConfig } from '@scholium/server/config.ts';
import type { SampleSpan } from '@scholium/server/core/domain/audio.ts';
import type { Word } from '@scholium/server/core/domain/transcript.ts';
import type { VoiceActivityDetector, VoiceActivitySession } from '@scholium/server/core/ports/voice-activity-detector.ts';
import { ReplayTranscriber } from '@scholium/server/testkit/replay-transcriber.ts';
import type { BenchTable } from '../bench-table.ts';
import { openPipelineHere } from '../pipeline-here.ts';
import { cpuSeconds, median } from '../process-figures.ts';
import { sampleFile } from '../quality/sentences.ts';
import { repeatSample } from '../repeat-sample.ts';
import { runPlainPocketsphinx, writeRaw } from '../speech/plain-pocketsphinx.ts';

const SECONDS = 600;
const ROUNDS = 3;
const SHORT_CLIPS = 5;
/** 150 words a minute is how fast lectures are spoken. */
const WORD_MS = 400;

/**
 * What everything but the engine costs for a recording of ten minutes, as a share of what plain PocketSphinx takes for it.
 * Held to the goal: taking it in, decoding, queue, store and index with vectors, by processor time, which waiting on a
 * disk or for another program does not change. Finding speech is shown apart: it is the first part of every engine's own work, plain
 * PocketSphinx's too, and here it is done once for all of them. So is finding who speaks, a job of its own that can be switched off.
 */
export async function run(): Promise<BenchTable> {
  const folder = await mkdtemp(join(tmpdir(), 'scholium-overhead-bench-'));
  try {
    const config = loadConfig();
    const [recording, raw] = [join(folder, 'ten-minutes.opus'), join(folder, 'sample.raw')];
    await repeatSample(config, SECONDS, recording);
    await writeRaw(config, sampleFile('how-memory-works.opus'), raw);
    const words = await wordsToReplay();
    const detector = new RecordedVoiceActivity(createSherpaVad());
    const measured: Measured = { held: [], withDetection: [], withSpeakers: [] };
    const plain = await runPlainPocketsphinx(config, raw);
    for (let round = 0; round < ROUNDS; round++) {
      measured.withDetection.push(await measureOurs(recording, { words, voiceActivity: detector, diarizers: [] }));
      measured.held.push(await measureOurs(recording, { words, voiceActivity: detector.replay(), diarizers: [] }));
      measured.withSpeakers.push(await measureOurs(recording, { words, voiceActivity: detector }));
    }
    const scale = SECONDS / ((await readFile(raw)).length / 32_000);
    const whole = { cpu: plain.cpuSeconds * scale, wall: (plain.wallMs / 1000) * scale };
    return tableOf(measured, whole, await measureShortClips());
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Seconds from the request to the searchable transcript of a short clip, in a product that has transcribed before, engine not counted. */
async function measureShortClips(): Promise<number> {
  const pipeline = await openPipelineHere({ transcribers: [new ReplayTranscriber({ timesRealTime: Infinity })], diarizers: [] });
  try {
    const seconds: number[] = [];
    for (let clip = 0; clip <= SHORT_CLIPS; clip++) {
      const { wallMs } = await pipeline.transcribe(sampleFile('tides.opus'));
      if (clip > 0) seconds.push(wallMs / 1000);
    }
    return median(seconds);
  } finally {
    await pipeline.close();
  }
}

interface Cost {
  readonly cpu: number;
  readonly wall: number;
}

interface Measured {
  readonly held: Cost[];
  readonly withDetection: Cost[];
  readonly withSpeakers: Cost[];
}

/** The product's start is not part of it; what it starts for the first recording (the embedder's model) is. */
async function measureOurs(
  recording: string,
  { words, ...ports }: { words: readonly Word[]; voiceActivity: VoiceActivityDetector; diarizers?: readonly [] },
): Promise<Cost> {
  const transcribers = [new ReplayTranscriber({ timesRealTime: Infinity, words })];
  const pipeline = await openPipelineHere({ transcribers, ...ports });
  const [cpuBefore, startedAt] = [cpuSeconds(), performance.now()];
  try {
    await pipeline.transcribe(recording, { index: true });
    const wall = (performance.now() - startedAt) / 1000;
    return { cpu: cpuSeconds() - cpuBefore, wall };
  } finally {
    await pipeline.close();
  }
}

/** Keeps what a detector said, and when, so that it can be said again without listening. */
class RecordedVoiceActivity implements VoiceActivityDetector {
  readonly id: string;
  readonly #detector: VoiceActivityDetector;
  #answers: (readonly SampleSpan[])[] = [];

  constructor(detector: VoiceActivityDetector) {
    this.id = detector.id;
    this.#detector = detector;
  }

  async open(signal: AbortSignal): Promise<VoiceActivitySession> {
    const session = await this.#detector.open(signal);
    const answers: (readonly SampleSpan[])[] = (this.#answers = []);
    const noted = (spans: readonly SampleSpan[]): readonly SampleSpan[] => {
      answers.push(spans);
      return spans;
    };
    return {
      accept: async (samples) => noted(await session.accept(samples)),
      flush: async () => noted(await session.flush()),
      close: () => session.close(),
    };
  }

  /** The utterances of the last session, each as soon as its sound has been given. */
  replay(): VoiceActivityDetector {
    const spans = this.#answers.flat();
    return {
      id: this.id,
      open: async () => {
        const waiting = [...spans];
        let received = 0;
        const told = (): SampleSpan[] => waiting.splice(0, waiting.filter(({ endSample }) => endSample <= received).length);
        return {
          accept: async (samples) => {
            received += samples.length;
            return told();
          },
          flush: async () => waiting.splice(0),
          close: async () => {},
        };
      },
    };
  }
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

function tableOf({ held, withDetection, withSpeakers }: Measured, plain: Cost, shortClip: number): BenchTable {
  const cpuOf = (costs: readonly Cost[]): number => median(costs.map(({ cpu }) => cpu));
  const shareOf = (costs: readonly Cost[]): number => (100 * cpuOf(costs)) / plain.cpu;
  const wall = median(withDetection.map((one) => one.wall));
  return {
    name: 'Everything but the engine',
    rows: [
      { what: '10 minutes: plain PocketSphinx, processor time (sample, scaled)', value: plain.cpu, unit: 's' },
      { what: 'ingest, decode, queue, store, index: processor time', value: cpuOf(held), unit: 's' },
      { what: 'share of processor time', value: shareOf(held), unit: '%', goal: '<= 3 %', ok: shareOf(held) <= 3 },
      { what: 'with voice activity: processor time', value: cpuOf(withDetection), unit: 's' },
      { what: 'with voice activity: share of processor time', value: shareOf(withDetection), unit: '%' },
      { what: 'with voice activity: share of wall time', value: (100 * wall) / plain.wall, unit: '%' },
      { what: 'with speakers too (approximate): share of processor time', value: shareOf(withSpeakers), unit: '%' },
      { what: 'clip of 23 s, warm: request to transcript', value: shortClip, unit: 's', goal: '<= 1 s', ok: shortClip <= 1 },
    ],
  };
}
