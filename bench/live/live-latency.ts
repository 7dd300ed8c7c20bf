import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { LiveEvent } from '@scholium/contract';
import type { BenchOptions } from '../bench-catalogue.ts';
import type { BenchTable } from '../bench-table.ts';
import { latenciesOf } from '../latencies.ts';
import { inFolder, startScholium } from '../scholium-process.ts';

const GOAL_SECONDS = 2;
const SENTENCES = [
  'The moon pulls the water of the oceans toward it.',
  'Memory fades when it is not used.',
  'A high tide follows a low tide after six hours.',
  'Sleep helps the brain to keep what was learned during the day.',
  'Plants turn light into sugar.',
  'The heart moves blood through the body without a rest.',
  'Sound travels faster in water than in air.',
  'Every answer should name the place that it comes from.',
];
const STEP_MS = 50;
/** Voice activity detection needs half a second of silence to know that an utterance has ended. */
const PAUSE_MS = 1_500;
const LOUD = 300;

const execute = promisify(execFile);

/**
 * From the last loud sample of an utterance being due at the pace of speech, to the arrival of its text at the client. Spoken by flite, heard by
 * PocketSphinx in a real server on this machine.
 */
export async function run({ short }: BenchOptions): Promise<BenchTable> {
  const seconds = await inFolder(async (folder) => {
    const speech = await speak(folder, short ? SENTENCES.slice(0, 2) : [...SENTENCES, ...SENTENCES, ...SENTENCES]);
    const server = await startScholium(['serve', '--port', '0'], {
      folder,
      environment: { TRANSCRIPTION_ENGINE: 'pocketsphinx', DIARIZATION: 'off' },
    });
    try {
      const { liveId } = await server.client.call('beginLive', { body: {} });
      const heard: { readonly endMs: number; readonly at: number }[] = [];
      let startedAt = 0;
      const onEvent = (event: LiveEvent): void => {
        if (event.type === 'final') heard.push({ endMs: event.endMs, at: performance.now() });
      };
      async function* microphone(): AsyncGenerator<Uint8Array> {
        startedAt = performance.now();
        for (let at = 0; at < speech.samples.byteLength; at += STEP_MS * 32) {
          await sleep(Math.max(0, startedAt + at / 32 + STEP_MS - performance.now()));
          yield speech.samples.subarray(at, at + STEP_MS * 32);
        }
      }
      await server.client.live({ liveId, sound: microphone(), onEvent }).done;
      return speech.endsMs.flatMap((endMs, index) => {
        const from = speech.endsMs[index - 1] ?? 0;
        const last = heard.findLast((line) => line.endMs > from && line.endMs <= endMs + PAUSE_MS / 2);
        return last ? [(last.at - startedAt - endMs) / 1000] : [];
      });
    } finally {
      await server.end('SIGTERM');
    }
  });
  const { p50, p95, most } = latenciesOf(seconds);
  return {
    name: 'Live text, from the end of an utterance to its arrival',
    rows: [
      { what: 'utterances that got text', value: seconds.length, unit: '' },
      { what: 'median', value: p50, unit: 's', goal: `< ${GOAL_SECONDS} s`, ok: p50 < GOAL_SECONDS },
      { what: '95th percentile', value: p95, unit: 's' },
      { what: 'longest', value: most, unit: 's' },
    ],
  };
}

/** Bare samples, and when each sentence ends in them: after its last loud sample. */
async function speak(folder: string, sentences: readonly string[]): Promise<{ samples: Uint8Array; endsMs: number[] }> {
  const parts: Uint8Array[] = [];
  const endsMs: number[] = [];
  let lengthMs = 0;
  for (const sentence of sentences) {
    const [wave, pcm] = [join(folder, 'one.wav'), join(folder, 'one.pcm')];
    await execute('flite', ['-voice', 'slt', '-t', sentence, '-o', wave]);
    await execute('ffmpeg', ['-y', '-v', 'error', '-i', wave, '-ac', '1', '-ar', '16000', '-f', 's16le', pcm]);
    const samples = new Int16Array(new Uint8Array(await readFile(pcm)).buffer);
    const spoken = samples.findLastIndex((sample) => Math.abs(sample) > LOUD) + 1;
    endsMs.push(lengthMs + spoken / 16);
    const part = new Int16Array(spoken + PAUSE_MS * 16);
    part.set(samples.subarray(0, spoken));
    parts.push(new Uint8Array(part.buffer));
    lengthMs += part.length / 16;
  }
  return { samples: Buffer.concat(parts), endsMs };
}
