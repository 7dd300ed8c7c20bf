import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childrenOf, isRunning } from '../../../testkit/processes.ts';
import { joined, noise, silence } from '../../../testkit/sound.ts';
import { LOUD_SENTENCE, QUIET_SENTENCE } from '../../../testkit/speech-models/known-sentences.ts';
import { moonshine2Model, moonshineModel } from '../../../testkit/speech-models/moonshine-model.ts';
import { senseVoiceModel } from '../../../testkit/speech-models/sense-voice-model.ts';
import { streamingCtcModel } from '../../../testkit/speech-models/streaming-ctc-model.ts';
import { NEAR_MISS, transducerModel } from '../../../testkit/speech-models/transducer-model.ts';
import { PIECE_MS, SENTENCE_MS, TRANSLATED_SENTENCE, whisperModel } from '../../../testkit/speech-models/whisper-model.ts';
import { writeModel } from '../../../testkit/speech-models/write-model.ts';
import { transcriberConformance } from '../../../testkit/transcriber.conformance.ts';
import { msToSamples, type AudioChunk } from '../../core/domain/audio.ts';
import type { HeardChunk, TranscriberOptions } from '../../core/ports/transcriber.ts';
import type { EngineModel } from '../speech-engine/choose-model.ts';
import { createSherpaTranscriber, type SherpaOptions } from './sherpa-transcriber.ts';
import { UNTOLD_CONFIDENCE } from '../speech-engine/heard-words.ts';

const never = new AbortController().signal;
const asItIs: TranscriberOptions = { model: null, language: null, task: 'transcribe', vocabulary: [] };
const LOUD = noise(3_000, 10_000);
const QUIET = noise(3_000, 300);

const WHISPER: EngineModel = { id: 'whisper-tiny', names: ['tiny'], languages: 'any', translates: true };
const PARAKEET: EngineModel = { id: 'parakeet', names: [], languages: ['en'], translates: false };
const SENSE_VOICE: EngineModel = { id: 'sense-voice', names: [], languages: ['zh', 'en', 'ja', 'ko'], translates: false };
const MOONSHINE: EngineModel = { id: 'moonshine', names: [], languages: ['en'], translates: false };
const MOONSHINE_2: EngineModel = { ...MOONSHINE, id: 'moonshine-2' };
const ATTENTION: EngineModel = { ...WHISPER, id: 'whisper-attention' };
const STREAMING: EngineModel = { id: 'streaming', names: [], languages: ['en'], translates: false };
const ABSENT: EngineModel = { id: 'whisper-large-v3', names: ['large-v3'], languages: 'any', translates: true };
const MODELS = [ABSENT, WHISPER, PARAKEET, SENSE_VOICE, MOONSHINE, STREAMING];

let root = '';
const warnings: unknown[] = [];
const log = { warn: (_category: string, event: string, fields?: unknown) => void warnings.push({ event, fields }) };

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'scholium-sherpa-'));
  await writeModel(join(root, WHISPER.id), whisperModel());
  await writeModel(join(root, PARAKEET.id), transducerModel());
  await writeModel(join(root, SENSE_VOICE.id), senseVoiceModel());
  await writeModel(join(root, MOONSHINE.id), moonshineModel());
  await writeModel(join(root, MOONSHINE_2.id), moonshine2Model());
  await writeModel(join(root, ATTENTION.id), whisperModel({ attention: true }));
  await writeModel(join(root, STREAMING.id), streamingCtcModel());
});
afterAll(() => rm(root, { recursive: true, force: true }));

const resources = (processes: number): SherpaOptions['resources'] => ({ processes, threads: 1, memoryBytes: 8 * 1024 ** 3 });

function engine(
  models: readonly EngineModel[],
  options: Partial<SherpaOptions> = {},
): ReturnType<typeof createSherpaTranscriber> {
  return createSherpaTranscriber({
    models,
    locate: async (id) => (id === ABSENT.id ? null : { folder: join(root, id), digest: `digest of ${id}` }),
    resources: resources(1),
    device: 'auto',
    keepWarmMs: 0,
    log,
    ...options,
  });
}

/** Sounds with half a second of silence between them, each an utterance, from a second into the recording on. */
function chunkOf(...sounds: readonly Int16Array[]): AudioChunk {
  const pause = silence(500);
  const startSample = msToSamples(1_000);
  let at = startSample;
  const utterances = sounds.map((sound) => {
    const span = { startSample: at, endSample: at + sound.length };
    at = span.endSample + pause.length;
    return span;
  });
  const samples = joined(...sounds.flatMap((sound, index) => (index === 0 ? [sound] : [pause, sound])));
  return { index: 0, startSample, endSample: startSample + samples.length, utterances, samples };
}

const textOf = ({ words }: HeardChunk): string => words.map((word) => word.text).join(' ');

async function hear(
  model: EngineModel,
  chunk: AudioChunk,
  wishes: Partial<TranscriberOptions> = {},
): Promise<HeardChunk & { digest: string; said: string | null }> {
  const session = await engine([model]).open({ ...asItIs, ...wishes }, never);
  try {
    return { ...(await session.transcribe(chunk, never)), digest: session.digest, said: session.language };
  } finally {
    await session.close();
  }
}

for (const model of [WHISPER, PARAKEET]) {
  transcriberConformance(`sherpa with a model of the kind of ${model.id}`, () => ({
    transcriber: engine([model], { resources: resources(2) }),
    chunks: async () => [chunkOf(LOUD), chunkOf(QUIET)],
  }));
}

describe('sherpa', () => {
  it.each([WHISPER, ATTENTION, PARAKEET, SENSE_VOICE, MOONSHINE, MOONSHINE_2])(
    'hears what is said with a model of the kind of $id',
    async (model) => {
      expect(textOf(await hear(model, chunkOf(LOUD)))).toBe(LOUD_SENTENCE);
      expect(textOf(await hear(model, chunkOf(QUIET)))).toBe(QUIET_SENTENCE);
    },
  );

  it('takes times and certainty of a transducer from its tokens, put together to words', async () => {
    const { words } = await hear(PARAKEET, chunkOf(LOUD));
    // A piece each 160 ms: The, sea, ris|es, and, falls|.
    expect(words.map(({ startMs, endMs }) => [startMs - 1_000, endMs - 1_000])).toEqual([
      [0, 160],
      [160, 320],
      [320, 640],
      [640, 800],
      [800, 1_120],
    ]);
    // It is less sure of the word that may be another one.
    const [sea, ...others] = [words[1], words[0], ...words.slice(2)].map((word) => word?.confidence ?? 0);
    expect(sea).toBeCloseTo(1 / (1 + Math.exp(-0.5)), 1);
    for (const confidence of others) expect(confidence).toBeGreaterThan(0.9);
  });

  it('takes times of SenseVoice from its tokens, and a fixed certainty where none is told', async () => {
    const { words } = await hear(SENSE_VOICE, chunkOf(LOUD));
    // A piece each 240 ms.
    expect(words.map(({ startMs }) => startMs - 1_000)).toEqual([0, 240, 480, 960, 1_200]);
    expect(words.map(({ confidence }) => confidence)).toEqual(words.map(() => UNTOLD_CONFIDENCE));
  });

  it('puts the words of Whisper where its segment is, by their letters', async () => {
    const { words } = await hear(WHISPER, chunkOf(LOUD));
    expect(words[0]?.startMs).toBe(1_000 + SENTENCE_MS.from);
    expect(words.at(-1)?.endMs).toBe(1_000 + SENTENCE_MS.to);
    const lasts = (index: number): number => (words[index]?.endMs ?? 0) - (words[index]?.startMs ?? 0);
    expect(lasts(2)).toBeGreaterThan(lasts(1)); // "rises" and "sea"
  });

  it('takes times of Whisper from its attention where the model was exported with it', async () => {
    const { words } = await hear(ATTENTION, chunkOf(LOUD));
    // The, sea, ris|es, and, falls|.: the fifth word is the sixth piece.
    const pieces = [0, 1, 2, 4, 5];
    words.forEach(({ startMs }, index) =>
      expect(Math.abs(startMs - 1_000 - (pieces[index] ?? NaN) * PIECE_MS)).toBeLessThanOrEqual(PIECE_MS),
    );
    expect(new Set(words.map(({ startMs }) => startMs)).size).toBe(words.length);
  });

  it('puts words without any times into the speech, not into the pause between utterances', async () => {
    const { words } = await hear(MOONSHINE, chunkOf(LOUD, QUIET));
    expect(words.map((word) => word.text).join(' ')).toBe(`${LOUD_SENTENCE} ${QUIET_SENTENCE}`);
    expect(words.some(({ startMs, endMs }) => startMs < 4_500 && endMs > 4_000)).toBe(false);
    expect(words[0]?.startMs).toBe(1_000);
    expect(words.at(-1)?.endMs).toBe(7_500);
  });

  it('never gives Whisper more than it takes in one go', async () => {
    // Twelve utterances of 3 s and one of 40 s, which is cut: three pieces at least, each heard to its end.
    const many = await hear(WHISPER, chunkOf(...Array.from({ length: 12 }, () => LOUD)));
    expect(textOf(many)).toBe([LOUD_SENTENCE, LOUD_SENTENCE].join(' '));
    const long = await hear(WHISPER, chunkOf(noise(40_000, 10_000)));
    expect(textOf(long)).toBe([LOUD_SENTENCE, LOUD_SENTENCE].join(' '));
  });

  it('hears all of the text where it is too dense for what the engine allows a second', async () => {
    for (const model of [WHISPER, MOONSHINE]) {
      const { words } = await hear(model, chunkOf(noise(600, 10_000)));
      expect(words.map((word) => word.text).join(' ')).toBe(LOUD_SENTENCE);
      expect(words.at(-1)?.endMs).toBeLessThanOrEqual(1_600);
    }
  });

  it('hears the shortest of sounds', async () => {
    for (const model of [WHISPER, PARAKEET, SENSE_VOICE, MOONSHINE])
      expect((await hear(model, chunkOf(noise(20, 10_000)))).words.every((word) => word.endMs <= 1_020)).toBe(true);
  });

  it('finds out what is spoken, or takes what it is told', async () => {
    expect(await hear(WHISPER, chunkOf(LOUD))).toMatchObject({ language: 'de', said: null });
    expect(await hear(WHISPER, chunkOf(LOUD), { language: 'fr-CA' })).toMatchObject({ language: 'fr', said: 'fr' });
    expect(await hear(SENSE_VOICE, chunkOf(LOUD))).toMatchObject({ language: 'en', said: null });
    expect(await hear(SENSE_VOICE, chunkOf(LOUD), { language: 'ko' })).toMatchObject({ language: 'ko', said: 'ko' });
    expect(await hear(PARAKEET, chunkOf(LOUD))).toMatchObject({ language: 'en', said: 'en' });
  });

  it('translates with Whisper only, and says so', async () => {
    const translated = await hear(WHISPER, chunkOf(LOUD), { task: 'translate' });
    expect(textOf(translated)).toBe(TRANSLATED_SENTENCE);
    expect(translated.language).toBe('de');
    await expect(hear(PARAKEET, chunkOf(LOUD), { task: 'translate' })).rejects.toMatchObject({
      code: 'engine_unavailable',
      detail: expect.stringContaining('translate'),
    });
  });

  it('expects the vocabulary of a course where the model takes hints, and its digest tells', async () => {
    const without = await hear(PARAKEET, chunkOf(LOUD), { vocabulary: ['Ж'] });
    const hinted = await hear(PARAKEET, chunkOf(LOUD), { vocabulary: ['Ж', 'seal'] });
    expect(textOf(hinted)).toBe(LOUD_SENTENCE.replace('sea', 'seal'));
    expect(NEAR_MISS.hint).toBe('▁seal');
    expect(textOf(without)).toBe(LOUD_SENTENCE);
    expect(without.digest).toBe((await hear(PARAKEET, chunkOf(LOUD))).digest);
    expect(hinted.digest).not.toBe(without.digest);
    const whisper = await Promise.all([hear(WHISPER, chunkOf(LOUD)), hear(WHISPER, chunkOf(LOUD), { vocabulary: ['seal'] })]);
    expect(whisper[0].digest).toBe(whisper[1].digest);
  });

  it('has another digest for another model, language or task', async () => {
    const digests = [
      await hear(WHISPER, chunkOf(LOUD)),
      await hear(WHISPER, chunkOf(LOUD), { language: 'fr' }),
      await hear(WHISPER, chunkOf(LOUD), { task: 'translate' }),
      await hear(PARAKEET, chunkOf(LOUD)),
    ].map(({ digest }) => digest);
    expect(new Set(digests).size).toBe(4);
  });
});

describe('the choice of a model of sherpa', () => {
  const modelOf = async (wishes: Partial<TranscriberOptions>): Promise<string> => {
    const session = await engine(MODELS).open({ ...asItIs, ...wishes }, never);
    await session.close();
    return session.model;
  };

  it('is the first that is here and does what is asked for', async () => {
    expect(await modelOf({})).toBe(WHISPER.id);
    expect(await modelOf({ model: 'parakeet' })).toBe(PARAKEET.id);
    expect(await modelOf({ model: 'TINY' })).toBe(WHISPER.id);
    expect(await engine(MODELS).unavailable()).toBeNull();
  });

  it.each([
    ['is not here yet', { model: 'large-v3' }, 'model_missing', 'models pull whisper-large-v3'],
    ['nobody knows', { model: 'huge' }, 'model_unavailable', 'tiny'],
    ['does not understand the language', { model: 'parakeet', language: 'de' }, 'engine_unavailable', 'understand "de"'],
    ['says itself that it does not', { model: 'tiny', language: 'sw' }, 'engine_unavailable', '"sw"'],
    ['is for live sound', { model: 'streaming' }, 'engine_unavailable', 'live'],
  ])('says why, with the cure, when the model %s', async (_what, wishes, code, words) => {
    await expect(modelOf(wishes)).rejects.toMatchObject({ code, detail: expect.stringContaining(words) });
  });

  it('says how to get a model when there is none', async () => {
    expect(await engine([ABSENT]).unavailable()).toContain('models pull');
    await expect(engine([ABSENT]).open(asItIs, never)).rejects.toMatchObject({ code: 'model_missing' });
  });
});

describe('sherpa when something goes wrong', () => {
  it.each([
    ['is gone', (path: string) => rm(path)],
    ['is cut off', (path: string) => truncate(path, 1_000)],
    ['is empty', (path: string) => writeFile(path, '')],
    ['is something else', (path: string) => writeFile(path, 'not a model at all')],
    ['is another model', (path: string) => copyFile(join(root, MOONSHINE.id, 'encode.int8.onnx'), path)],
  ])('says that a model is damaged when its file %s, and is not taken down by it', async (_what, damage) => {
    const folder = await mkdtemp(join(root, 'damaged-'));
    await writeModel(folder, whisperModel());
    await damage(join(folder, 'tiny-encoder.int8.onnx'));
    const opening = engine([WHISPER], { resources: resources(2), locate: async () => ({ folder, digest: '1' }) }).open(
      asItIs,
      never,
    );
    await expect(opening).rejects.toMatchObject({ code: 'model_unavailable', detail: expect.stringContaining('models verify') });
    expect(await recognizers(0)).toEqual([]);
  });

  it('fails when the model fails on some sound, instead of giving no words', async () => {
    const folder = await mkdtemp(join(root, 'failing-'));
    // Its decoder waits for another shape than its encoder gives.
    const other = transducerModel();
    await writeModel(folder, { ...senseVoiceModel(), 'tokens.txt': String(other['tokens.txt']) });
    const session = await engine([SENSE_VOICE], { locate: async () => ({ folder, digest: '1' }) }).open(asItIs, never);
    await expect(session.transcribe(chunkOf(LOUD), never)).rejects.toMatchObject({ code: 'engine_failed' });
    await session.close();
  });

  it('fails at once when its process is killed, and goes on with another', async () => {
    const session = await engine([WHISPER]).open(asItIs, never);
    const [pid] = await recognizers(1);
    const listening = session.transcribe(chunkOf(...Array.from({ length: 30 }, () => LOUD)), never);
    const outcome = expect(listening).rejects.toMatchObject({ code: 'engine_failed' });
    await setImmediate(); // it has begun
    process.kill(pid!, 'SIGKILL');
    await outcome;
    expect(textOf(await session.transcribe(chunkOf(QUIET), never))).toBe(QUIET_SENTENCE);
    await session.close();
  });

  it.each(['the recording', 'the chunk'])('ends its processes within a second when %s is aborted', async (what) => {
    const stop = new AbortController();
    const session = await engine([WHISPER]).open(asItIs, what === 'the recording' ? stop.signal : never);
    const [pid] = await recognizers(1);
    const listening = session.transcribe(
      chunkOf(...Array.from({ length: 30 }, () => LOUD)),
      what === 'the chunk' ? stop.signal : never,
    );
    const outcome = expect(listening).rejects.toThrow('stopped');
    await setImmediate(); // it has begun
    stop.abort(new Error('stopped'));
    const abortedAt = performance.now();
    await outcome;
    await expect.poll(() => isRunning(pid!), { timeout: 1_000, interval: 10 }).toBe(false);
    expect(performance.now() - abortedAt).toBeLessThan(1_000);
    await session.close();
  });

  it('loads nothing when it is aborted before it begins', async () => {
    await expect(engine([WHISPER]).open(asItIs, AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
    expect(await recognizers(0)).toEqual([]);
  });

  it('leaves no process behind when it is closed', async () => {
    const session = await engine([WHISPER], { resources: resources(2) }).open(asItIs, never);
    await recognizers(2);
    await session.close();
    expect(await recognizers(0)).toEqual([]);
  });

  it.each(['cuda', 'a toaster'])('computes on the processor, with a warning, when there is no %s', async (device) => {
    warnings.length = 0;
    const session = await engine([WHISPER], { device }).open(asItIs, never);
    expect(textOf(await session.transcribe(chunkOf(LOUD), never))).toBe(LOUD_SENTENCE);
    await session.close();
    expect(warnings).toMatchObject([{ event: 'speech.device-unavailable', fields: { engine: 'sherpa', device } }]);
    expect(session.digest).toBe((await hear(WHISPER, chunkOf(LOUD))).digest);
  });
});

describe('processes of sherpa that are kept', () => {
  const kept = (keepWarmMs: number): ReturnType<typeof engine> => engine([WHISPER, PARAKEET], { keepWarmMs });

  it('hear the next recording, and end when none comes', async () => {
    const transcriber = kept(400);
    const first = await transcriber.open(asItIs, never);
    const [pid] = await recognizers(1);
    await first.close();
    const second = await transcriber.open(asItIs, never);
    expect(await recognizers(1)).toEqual([pid]);
    expect(textOf(await second.transcribe(chunkOf(LOUD), never))).toBe(LOUD_SENTENCE);
    expect(second.digest).toBe(first.digest);
    await second.close();
    expect(await recognizers(0)).toEqual([]);
  });

  it('are not shared by two recordings at once, nor by different settings', async () => {
    const transcriber = kept(60_000);
    const stop = new AbortController();
    await (await transcriber.open(asItIs, never)).close();
    const [one, two, french] = [
      await transcriber.open(asItIs, stop.signal),
      await transcriber.open(asItIs, stop.signal),
      await transcriber.open({ ...asItIs, language: 'fr' }, stop.signal),
    ];
    await recognizers(3);
    expect((await french.transcribe(chunkOf(LOUD), never)).language).toBe('fr');
    expect((await one.transcribe(chunkOf(LOUD), never)).language).toBe('de');
    stop.abort(new Error('stopped'));
    expect(await recognizers(0)).toEqual([]);
    for (const session of [one, two, french]) await session.close();
  });

  it('are others after one was aborted, killed, or closed while it listened', async () => {
    const transcriber = kept(60_000);
    const aborted = new AbortController();
    const first = await transcriber.open(asItIs, aborted.signal);
    aborted.abort(new Error('stopped'));
    await first.close();
    const second = await transcriber.open(asItIs, never);
    const [pid] = await recognizers(1);
    await second.close();
    process.kill(pid!, 'SIGKILL');
    await recognizers(0);
    const stop = new AbortController();
    const third = await transcriber.open(asItIs, stop.signal);
    expect(textOf(await third.transcribe(chunkOf(LOUD), never))).toBe(LOUD_SENTENCE);
    const listening = third.transcribe(chunkOf(LOUD), never).catch((error: unknown) => error);
    await third.close();
    await listening;
    expect(await recognizers(0)).toEqual([]);
  });

  it('do not keep our own process alive', async () => {
    const script = `
      import { createSherpaTranscriber } from ${JSON.stringify(new URL('./sherpa-transcriber.ts', import.meta.url).href)};
      const transcriber = createSherpaTranscriber({
        models: [${JSON.stringify(WHISPER)}], resources: ${JSON.stringify(resources(2))}, device: 'cpu', keepWarmMs: 600_000, log: { warn() {} },
        locate: async (id) => ({ folder: ${JSON.stringify(root)} + '/' + id, digest: id }),
      });
      const session = await transcriber.open(${JSON.stringify(asItIs)}, new AbortController().signal);
      await session.close();
    `;
    const ended = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], { timeout: 20_000 });
    expect(ended.stderr).toBe('');
    expect(await recognizers(0)).toEqual([]);
  });
});

/** The processes of the engine below this one, once there are so many. */
async function recognizers(count: number): Promise<number[]> {
  let found: number[] = [];
  const look = async (): Promise<number> => (found = await childrenOf(process.pid, /recognizer-process/)).length;
  await expect.poll(look, { interval: 10, timeout: 5_000 }).toBe(count);
  return found;
}
