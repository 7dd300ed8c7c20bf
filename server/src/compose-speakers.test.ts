import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EnergyVad } from '../testkit/energy-vad.ts';
import { ReplayTranscriber } from '../testkit/replay-transcriber.ts';
import { joined, silence, wavFile } from '../testkit/sound.ts';
import { highVoice, lowVoice } from '../testkit/voices.ts';
import { compose, type Composition, type Ports } from './compose.ts';
import { embeddedIn, loadConfig } from './config.ts';
import { isFinished, type Job } from './core/domain/job.ts';
import { DEFAULT_PRESET } from './core/domain/preset.ts';
import { LOCAL_OWNER, ownerScope, type Scope } from './core/domain/scope.ts';
import type { Diarizer } from './core/ports/diarizer.ts';
import type { Runner } from './core/jobs/run-jobs.ts';

const scope = ownerScope(LOCAL_OWNER) as Extract<Scope, { kind: 'owner' }>; // it makes no other kind
const never = new AbortController().signal;

describe('the whole product with a recording of two people', () => {
  let folder: string;
  let composition: Composition | null = null;
  let worker: Runner | null = null;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scholium-speakers-'));
  });
  afterEach(async () => {
    await worker?.stop({ graceMs: 1_000 });
    await composition?.close();
    await rm(folder, { recursive: true });
  });

  async function open(overrides: Partial<Ports> = {}, environment: Record<string, string> = {}): Promise<Composition> {
    const config = embeddedIn(loadConfig(environment, { cwd: folder }), folder);
    const transcribers = [new ReplayTranscriber({ timesRealTime: Infinity })];
    composition = await compose(config, { transcribers, voiceActivity: new EnergyVad(), embedder: null, ...overrides });
    worker = composition.startWorker();
    return composition;
  }

  /** 23 s of a low voice, then 17 s of a high one. */
  async function transcribe({ api, ports }: Composition): Promise<{ job: Job; sourceId: string; lectureId: string }> {
    const sound = wavFile(joined(await lowVoice(), silence(1_500), await highVoice()));
    const key = `incoming/${randomUUID()}`;
    const stored = await ports.blobs.put(scope, key, Readable.from([sound]), { signal: never });
    const upload = { scope, courseId: 'c', lectureId: 'a', presetId: DEFAULT_PRESET, title: null, fileName: 'talk.wav' };
    const { source } = await api.ingest({ ...upload, incoming: { key, ...stored } }, never);
    const wish = { scope, lectureId: 'a', sourceId: source.id, model: null, language: null };
    const job = await ended(ports, await api.requestTranscription(wish));
    expect(job.status).toBe('succeeded');
    return { job, sourceId: source.id, lectureId: 'a' };
  }

  async function ended({ store, events }: Ports, { id }: Job): Promise<Job> {
    let woken = Promise.withResolvers<void>();
    const unsubscribe = events.subscribe(id, () => woken.resolve());
    try {
      for (;;) {
        const job = await store.jobs.find(scope, id);
        if (job && isFinished(job.status)) return job;
        await woken.promise;
        woken = Promise.withResolvers();
      }
    } finally {
      unsubscribe();
    }
  }

  async function followed({ ports }: Composition, parent: Job): Promise<Job | null> {
    const filter = { kind: 'diarize', parentJobId: parent.id };
    const [job] = (await ports.store.jobs.list(scope, filter, { limit: 10, cursor: null })).items;
    return job ? ended(ports, job) : null;
  }

  it('finds out who speaks after it was transcribed, and says how roughly', async () => {
    const product = await open();
    const { job, sourceId } = await transcribe(product);
    const diarized = await followed(product, job);
    expect(diarized).toMatchObject({
      status: 'succeeded',
      result: { sourceId, version: 2, engine: 'mfcc', approximate: true, speakers: 2 },
    });
    const transcript = await product.ports.store.transcripts.latest(scope, sourceId);
    expect(transcript).toMatchObject({ version: 2, origin: 'machine', baseVersion: 1 });
    const words = transcript?.segments.flatMap(({ speaker, words }) => words.map(({ endMs }) => ({ speaker, endMs }))) ?? [];
    const wrong = words.filter(({ speaker, endMs }) => speaker !== (endMs < 23_500 ? 'S1' : 'S2'));
    expect(words.length).toBeGreaterThan(20);
    expect(wrong.length).toBeLessThanOrEqual(1);
    const { speakers } = await product.api.speakers.list({ scope, lectureId: 'a', sourceId: null });
    expect(speakers.map(({ label, approximate, engine }) => [label, approximate, engine])).toEqual([
      ['S1', true, 'mfcc'],
      ['S2', true, 'mfcc'],
    ]);
  });

  it('is told how many there are, and keeps names when it listens again', async () => {
    const product = await open();
    const { job, sourceId } = await transcribe(product);
    await followed(product, job);
    await product.api.speakers.name({ scope, lectureId: 'a', sourceId, label: 'S2', name: 'Ada' });
    const again = await product.api.speakers.request({ scope, lectureId: 'a', sourceId, speakers: 1 });
    expect(await ended(product.ports, again)).toMatchObject({ result: { speakers: 1, version: 3 } });
    const back = await product.api.speakers.request({ scope, lectureId: 'a', sourceId, speakers: 2 });
    await ended(product.ports, back);
    const { speakers } = await product.api.speakers.list({ scope, lectureId: 'a', sourceId });
    expect(speakers.filter(({ words }) => words > 0)).toHaveLength(2);
    expect(speakers.map(({ name }) => name)).toContain('Ada');
  });

  it('keeps the transcript when nobody can be told apart', async () => {
    const broken: Diarizer = {
      engine: 'broken',
      approximate: false,
      unavailable: async () => null,
      digest: async () => 'broken',
      diarize: async () => {
        throw new RangeError('no such voice');
      },
    };
    const product = await open({ diarizers: [broken] });
    const { sourceId } = await transcribe(product);
    const transcript = await product.ports.store.transcripts.latest(scope, sourceId);
    expect(transcript).toMatchObject({ version: 1, origin: 'machine' });
    expect(transcript?.segments.length).toBeGreaterThan(0);
  });

  it('is left alone when DIARIZATION is off', async () => {
    const product = await open({}, { DIARIZATION: 'off' });
    const { job } = await transcribe(product);
    expect(await followed(product, job)).toBeNull();
    const asked = product.api.speakers.request({ scope, lectureId: 'a', sourceId: null, speakers: 2 });
    await expect(asked).rejects.toMatchObject({ code: 'engine_unavailable' });
  });
});
