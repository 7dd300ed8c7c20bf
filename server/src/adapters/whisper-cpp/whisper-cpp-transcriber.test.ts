import { spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childrenOf, isRunning } from '../../../testkit/processes.ts';
import { joined, noise, silence } from '../../../testkit/sound.ts';
import { ggmlWhisperModel } from '../../../testkit/speech-models/ggml-whisper-model.ts';
import { LOUD_SENTENCE, QUIET_SENTENCE } from '../../../testkit/speech-models/known-sentences.ts';
import { SENTENCE_MS, TRANSLATED_SENTENCE } from '../../../testkit/speech-models/whisper-model.ts';
import { transcriberConformance } from '../../../testkit/transcriber.conformance.ts';
import { whisperPrograms } from '../../../testkit/whisper-programs.ts';
import { msToSamples, type AudioChunk } from '../../core/domain/audio.ts';
import type { HeardChunk, TranscriberOptions } from '../../core/ports/transcriber.ts';
import type { EngineModel } from '../speech-engine/choose-model.ts';
import { createWhisperCppTranscriber, type WhisperCppOptions } from './whisper-cpp-transcriber.ts';

const never = new AbortController().signal;
const asItIs: TranscriberOptions = { model: null, language: null, task: 'transcribe', vocabulary: [] };
const LOUD = noise(3_000, 10_000);
const QUIET = noise(3_000, 300);
const TINY: EngineModel = { id: 'ggml-tiny', names: ['tiny'], languages: 'any', translates: true };
const DAMAGED: EngineModel = { ...TINY, id: 'ggml-damaged', names: [] };
const ABSENT: EngineModel = { ...TINY, id: 'ggml-base', names: ['base'] };
const SERVER = /^\S*whisper-server -m/;

let root = '';
let built = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'scholium-whisper-test-'));
  built = await whisperPrograms();
  await mkdir(join(root, TINY.id));
  await writeFile(join(root, TINY.id, 'ggml-tiny.bin'), ggmlWhisperModel());
  await mkdir(join(root, DAMAGED.id));
  await copyFile(join(root, TINY.id, 'ggml-tiny.bin'), join(root, DAMAGED.id, 'ggml-tiny.bin'));
  await truncate(join(root, DAMAGED.id, 'ggml-tiny.bin'), 1_000_000);
  for (const kind of ['server', 'cli']) {
    await mkdir(join(root, kind));
    await symlink(join(built, `whisper-${kind}`), join(root, kind, `whisper-${kind}`));
  }
}, 900_000);
afterAll(() => rm(root, { recursive: true, force: true }));

type Kind = 'server' | 'cli';

function engine(kind: Kind, options: Partial<WhisperCppOptions> = {}) {
  return createWhisperCppTranscriber({
    models: [ABSENT, TINY],
    locate: async (id) => (id === ABSENT.id ? null : { folder: join(root, id), digest: `digest of ${id}` }),
    programs: { path: null, searchPath: join(root, kind) },
    threads: 2,
    device: 'cpu',
    keepWarmMs: 0,
    ...options,
  });
}

/** Sounds with half a second of silence between them, each an utterance, from a second into the recording on. */
function chunkOf(...sounds: readonly Int16Array[]): AudioChunk {
  const startSample = msToSamples(1_000);
  let at = startSample;
  const utterances = sounds.map((sound) => {
    const span = { startSample: at, endSample: at + sound.length };
    at = span.endSample + msToSamples(500);
    return span;
  });
  const samples = joined(...sounds.flatMap((sound, index) => (index === 0 ? [sound] : [silence(500), sound])));
  return { index: 0, startSample, endSample: startSample + samples.length, utterances, samples };
}

const textOf = ({ words }: HeardChunk): string => words.map((word) => word.text).join(' ');
const problem = (work: Promise<unknown>): Promise<unknown> => work.then(() => null).catch((error: unknown) => error);
const servers = (): Promise<number[]> => childrenOf(process.pid, SERVER);

async function hear(kind: Kind, sound: Int16Array, wishes: Partial<TranscriberOptions> = {}): Promise<HeardChunk> {
  const session = await engine(kind).open({ ...asItIs, ...wishes }, never);
  try {
    return await session.transcribe(chunkOf(sound), never);
  } finally {
    await session.close();
  }
}

for (const kind of ['server', 'cli'] as const) {
  transcriberConformance(`whisper.cpp's ${kind}`, () => {
    const transcriber = engine(kind);
    const later = {
      ...transcriber,
      unavailable: () => engine(kind).unavailable(),
      open: (...args: Parameters<typeof transcriber.open>) => engine(kind).open(...args),
    };
    return { transcriber: later, chunks: async () => [chunkOf(LOUD), chunkOf(QUIET)] };
  });

  describe(`whisper.cpp's ${kind}`, () => {
    it('hears what is said, and in which language', async () => {
      const loud = await hear(kind, LOUD);
      expect(textOf(loud)).toBe(LOUD_SENTENCE);
      expect(loud.language).toBe('de');
      expect(textOf(await hear(kind, QUIET))).toBe(QUIET_SENTENCE);
    });

    it('takes the times of words from their tokens, within the segment, and how sure they are', async () => {
      const { words } = await hear(kind, LOUD);
      expect(words[0]?.startMs).toBeGreaterThanOrEqual(1_000);
      expect(words.at(-1)?.endMs).toBeLessThanOrEqual(1_000 + SENTENCE_MS.to + 20);
      expect(new Set(words.map(({ startMs }) => startMs)).size).toBe(words.length);
      for (const { confidence } of words) {
        expect(confidence).toBeGreaterThan(0);
        expect(confidence).toBeLessThanOrEqual(1);
      }
    });

    it('translates, and takes the language and the vocabulary that it is given', async () => {
      expect(textOf(await hear(kind, LOUD, { task: 'translate' }))).toBe(TRANSLATED_SENTENCE);
      expect((await hear(kind, LOUD, { language: 'de-AT', vocabulary: ['Coriolis', '--help'] })).language).toBe('de');
    });

    it('names the cure of a damaged model', async () => {
      const damaged = engine(kind, { models: [DAMAGED] });
      const work = async (): Promise<void> => {
        const session = await damaged.open(asItIs, never);
        await session.transcribe(chunkOf(LOUD), never).finally(() => session.close());
      };
      expect(await problem(work())).toMatchObject({
        code: 'model_unavailable',
        detail: expect.stringContaining('scholium models verify ggml-damaged'),
      });
      expect(await servers()).toEqual([]);
    });
  });
}

describe('whisper.cpp', () => {
  it('says what to install, and what to fetch', async () => {
    const nowhere = { path: null, searchPath: join(root, TINY.id) };
    expect(await engine('cli', { programs: nowhere }).installed?.()).toMatch(/WHISPER_CPP_PATH/);
    await expect(engine('cli', { programs: nowhere }).open(asItIs, never)).rejects.toMatchObject({ code: 'engine_unavailable' });
    expect(await engine('cli', { models: [ABSENT] }).unavailable()).toMatch(/models pull ggml-base/);
    await expect(engine('cli').open({ ...asItIs, model: 'base' }, never)).rejects.toMatchObject({ code: 'model_missing' });
  });

  it('is found by a folder, and by the path of one program', async () => {
    for (const path of [join(root, 'cli'), join(root, 'cli', 'whisper-cli'), join(root, 'server', 'whisper-server')])
      expect(await engine('cli', { programs: { path, searchPath: '' } }).unavailable()).toBeNull();
  });

  it('has another digest for another wish', async () => {
    const digest = async (wishes: Partial<TranscriberOptions>): Promise<string> => {
      const session = await engine('cli').open({ ...asItIs, ...wishes }, never);
      await session.close();
      return session.digest;
    };
    const all = [
      await digest({}),
      await digest({ language: 'de' }),
      await digest({ task: 'translate' }),
      await digest({ vocabulary: ['x'] }),
    ];
    expect(new Set(all).size).toBe(4);
    expect(await digest({})).toBe(all[0]);
  });
});

describe('the server of whisper.cpp', () => {
  it('loads its model once for recordings that follow each other, and for those at once', async () => {
    const kept = engine('server', { keepWarmMs: 60_000 });
    const first = await kept.open(asItIs, never);
    const [server] = await servers();
    const other = await kept.open({ ...asItIs, task: 'translate' }, never);
    const heard = await Promise.all([first.transcribe(chunkOf(LOUD), never), other.transcribe(chunkOf(LOUD), never)]);
    expect(heard.map(textOf)).toEqual([LOUD_SENTENCE, TRANSLATED_SENTENCE]);
    await first.close();
    await other.close();
    const again = await kept.open(asItIs, never);
    expect(await servers()).toEqual([server]);
    process.kill(server ?? 0, 'SIGKILL');
    await expect.poll(servers).toEqual([]);
    await again.close();
  });

  it('is started again after it died', async () => {
    const session = await engine('server').open(asItIs, never);
    const [server] = await servers();
    process.kill(server ?? 0, 'SIGKILL');
    await expect.poll(() => isRunning(server ?? 0)).toBe(false);
    const heard = await session.transcribe(chunkOf(LOUD), never).catch(() => session.transcribe(chunkOf(LOUD), never));
    expect(textOf(heard)).toBe(LOUD_SENTENCE);
    await session.close();
    expect(await servers()).toEqual([]);
  });

  it('is gone within a second of an abort', async () => {
    const stop = new AbortController();
    const session = await engine('server').open(asItIs, stop.signal);
    const [server] = await servers();
    const hearing = problem(session.transcribe(chunkOf(LOUD), never));
    stop.abort(new Error('stopped'));
    const begun = performance.now();
    expect(await hearing).toMatchObject({ message: 'stopped' });
    await expect.poll(() => isRunning(server ?? 0), { interval: 20 }).toBe(false);
    expect(performance.now() - begun).toBeLessThan(1_000);
    await session.close();
  });

  it('ends with its parent, though that was killed', async () => {
    const module = new URL('./whisper-cpp-transcriber.ts', import.meta.url).href;
    const code = `import { createWhisperCppTranscriber } from ${JSON.stringify(module)};
      const options = ${JSON.stringify({ models: [TINY], programs: { path: join(root, 'server'), searchPath: '' }, threads: 1, device: 'cpu', keepWarmMs: 0 })};
      const engine = createWhisperCppTranscriber({ ...options, locate: async () => ({ folder: ${JSON.stringify(join(root, TINY.id))}, digest: 'x' }) });
      await engine.open(${JSON.stringify(asItIs)}, new AbortController().signal);
      console.log('open');`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => parent.stdout.once('data', resolve));
    const [server] = await childrenOf(parent.pid ?? 0, SERVER);
    expect(await isRunning(server ?? 0)).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => isRunning(server ?? 0), { timeout: 15_000 }).toBe(false);
  });
});
