import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EnergyVad } from '../testkit/energy-vad.ts';
import { modelOf, startModelServer, type ModelServer } from '../testkit/model-server.ts';
import { joined, noise, silence, wavFile } from '../testkit/sound.ts';
import { LOUD_SENTENCE } from '../testkit/speech-models/known-sentences.ts';
import { TRANSLATED_SENTENCE, whisperModel } from '../testkit/speech-models/whisper-model.ts';
import { createModelShelf } from './adapters/model-download/create-model-shelf.ts';
import { systemClock } from './adapters/system/system-clock.ts';
import { compose, type Composition } from './compose.ts';
import { embeddedIn, loadConfig } from './config.ts';
import { isFinished, type Job } from './core/domain/job.ts';
import { LOCAL_OWNER, ownerScope, type Scope } from './core/domain/scope.ts';
import { pullModelJob } from './core/models/pull-model.job.ts';

const scope = ownerScope(LOCAL_OWNER) as Extract<Scope, { kind: 'owner' }>; // it makes no other kind
const never = new AbortController().signal;
/** A Whisper that the real engine loads, as files of a mirror. */
const FILES = Object.fromEntries(
  Object.entries(whisperModel()).map(([name, content]) => [`/who/little/resolve/main/${name}`, Buffer.from(content)]),
);
const little = modelOf('little', FILES, { names: ['small'] });

describe('the whole product with a model that has to be fetched', () => {
  let folder: string;
  let mirror: ModelServer;
  let composition: Composition;

  async function open(offline: boolean): Promise<void> {
    const config = {
      ...embeddedIn(loadConfig({}, { cwd: folder }), folder),
      transcriptionEngine: 'sherpa' as const,
      speechProcesses: 1,
    };
    const shelf = createModelShelf({
      folder: join(folder, 'models'),
      offline,
      baseUrl: mirror.baseUrl,
      token: null,
      own: null,
      clock: systemClock,
    });
    composition = await compose(config, {
      speechModels: { models: [little], shelf, defaultModel: null },
      voiceActivity: new EnergyVad(),
    });
  }
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scholium-speech-'));
    mirror = await startModelServer(FILES);
  });
  afterEach(async () => {
    await composition.close();
    await mirror.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function addRecording(): Promise<{ lectureId: string; sourceId: string }> {
    const key = `incoming/${randomUUID()}`;
    const sound = wavFile(joined(silence(1_000), noise(2_000, 10_000), silence(1_000)));
    const stored = await composition.ports.blobs.put(scope, key, Readable.from([sound]), { signal: never });
    const upload = { courseId: 'course', lectureId: null, presetId: 'exam', title: null, fileName: 'a.wav' };
    const { lecture, source } = await composition.api.ingest({ scope, ...upload, incoming: { key, ...stored } }, never);
    return { lectureId: lecture.id, sourceId: source.id };
  }
  async function ended(id: string): Promise<Job> {
    const { jobs } = composition.ports.store;
    await expect.poll(async () => isFinished((await jobs.find(scope, id))?.status ?? 'queued'), { timeout: 20_000 }).toBe(true);
    return (await jobs.find(scope, id))!;
  }

  it('fetches it at the request, transcribes with it when it is there, and says what was used', async () => {
    await open(false);
    const worker = composition.startWorker();
    try {
      const { lectureId, sourceId } = await addRecording();
      const wish = { scope, lectureId, sourceId, model: 'small', language: 'de' };
      const job = await ended((await composition.api.requestTranscription(wish)).id);
      expect(job).toMatchObject({
        status: 'succeeded',
        attempts: 1,
        result: { engine: 'sherpa', model: 'little', task: 'transcribe' },
      });
      const { store } = composition.ports;
      const transcript = await store.transcripts.latest(scope, sourceId);
      expect(transcript).toMatchObject({ engine: 'sherpa', model: 'little', draftQuality: false });
      expect(transcript?.segments.map(({ text }) => text).join(' ')).toBe(LOUD_SENTENCE);
      const pulls = await store.jobs.list(scope, { kind: pullModelJob.kind }, { limit: 10, cursor: null });
      expect(pulls.items.map(({ status }) => status)).toEqual(['succeeded']);

      const translated = await ended(
        (await composition.api.requestTranscription({ ...wish, model: null, task: 'translate' })).id,
      );
      expect(translated.result).toMatchObject({ model: 'little', task: 'translate' });
      const latest = await store.transcripts.latest(scope, sourceId);
      expect(latest?.task).toBe('translate');
      expect(latest?.segments.map(({ text }) => text).join(' ')).toBe(TRANSLATED_SENTENCE);
      expect(mirror.asked).toHaveLength(Object.keys(FILES).length);
    } finally {
      await worker.stop({ graceMs: 4_000 });
    }
  });

  it('refuses the request where nothing may be fetched, with the cure, and begins no job', async () => {
    await open(true);
    const { lectureId, sourceId } = await addRecording();
    const wish = { scope, lectureId, sourceId, language: null };
    const refused = { code: 'model_missing', detail: expect.stringContaining('scholium models verify little') };
    await expect(composition.api.requestTranscription({ ...wish, model: 'small' })).rejects.toMatchObject(refused);
    const unknown = { code: 'model_unavailable', detail: expect.stringContaining('scholium models list') };
    await expect(composition.api.requestTranscription({ ...wish, model: 'enormous' })).rejects.toMatchObject(unknown);
    expect((await composition.ports.store.jobs.list(scope, {}, { limit: 10, cursor: null })).items).toEqual([]);
    expect(mirror.asked).toEqual([]);
  });
});
