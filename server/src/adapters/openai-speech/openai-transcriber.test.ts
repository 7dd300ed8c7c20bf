import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../testkit/manual-clock.ts';
import { joined, noise, silence } from '../../../testkit/sound.ts';
import {
  FIRST_WORD_MS,
  SPOKEN,
  startSpeechServer,
  WORD_MS,
  type SpeechServer,
  type SpeechServerOptions,
} from '../../../testkit/speech-server.ts';
import { transcriberConformance } from '../../../testkit/transcriber.conformance.ts';
import { msToSamples, type AudioChunk } from '../../core/domain/audio.ts';
import type { HeardChunk, Transcriber, TranscriberOptions } from '../../core/ports/transcriber.ts';
import { UNTOLD_CONFIDENCE } from '../speech-engine/heard-words.ts';
import { createOpenaiTranscriber, type OpenaiSpeechOptions } from './openai-transcriber.ts';

const never = new AbortController().signal;
const asItIs: TranscriberOptions = { model: null, language: null, task: 'transcribe', vocabulary: [] };
const LOUD = noise(3_000, 10_000);
const QUIET = noise(3_000, 300);
const KEY = 'sk-secret-of-nobody';
const opened: SpeechServer[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((server) => server.close()));
});

async function serverThat(tells: SpeechServerOptions['tells'] = 'words'): Promise<SpeechServer> {
  const server = await startSpeechServer({ tells });
  opened.push(server);
  return server;
}

function engine(baseUrl: string | null, options: Partial<OpenaiSpeechOptions> = {}) {
  const settings = { apiKey: KEY, model: 'whisper-1', clock: new ManualClock(), timeoutMs: 60_000, concurrency: 2 };
  return createOpenaiTranscriber({ baseUrl, ...settings, ...options });
}

/** From a second into the recording on; the sound is one utterance. */
function chunkOf(sound: Int16Array): AudioChunk {
  const span = { startSample: msToSamples(1_000), endSample: msToSamples(1_000) + sound.length };
  return { index: 0, ...span, utterances: [span], samples: sound };
}

async function hear(
  server: SpeechServer,
  sound: Int16Array,
  wishes: Partial<TranscriberOptions> = {},
  options: Partial<OpenaiSpeechOptions> = {},
  signal = never,
): Promise<HeardChunk> {
  const session = await engine(server.baseUrl, options).open({ ...asItIs, ...wishes }, never);
  try {
    return await session.transcribe(chunkOf(sound), signal);
  } finally {
    await session.close();
  }
}

const textOf = ({ words }: HeardChunk): string => words.map((word) => word.text).join(' ');
const problem = (work: Promise<unknown>): Promise<unknown> => work.then(() => null).catch((error: unknown) => error);

describe('the conformance of a server', () => {
  let server: SpeechServer;
  beforeAll(async () => {
    server = await startSpeechServer({ tells: 'words' });
  });
  afterAll(() => server.close());
  const later: Transcriber = {
    ...engine('http://127.0.0.1:1/v1'),
    open: (request, signal) => engine(server.baseUrl).open(request, signal),
  };
  transcriberConformance('a transcription server', () => ({
    transcriber: later,
    chunks: async () => [chunkOf(LOUD), chunkOf(QUIET)],
  }));
});

describe('openai', () => {
  it('takes words with their times, as sure as the segment they are in, written as the text is', async () => {
    const server = await serverThat();
    const heard = await hear(server, LOUD);
    expect(textOf(heard)).toBe(SPOKEN.loud);
    expect(heard.words.map(({ startMs }) => startMs - 1_000)).toEqual([0, 1, 2, 3, 4].map((at) => FIRST_WORD_MS + at * WORD_MS));
    for (const { confidence } of heard.words) expect(confidence).toBeCloseTo(0.7);
    expect(heard).toMatchObject({ language: 'de', noSpeech: 0.1 });
    expect(server.requests).toMatchObject([
      {
        path: '/v1/audio/transcriptions',
        authorization: `Bearer ${KEY}`,
        seconds: 3,
        fields: {
          model: ['whisper-1'],
          response_format: ['verbose_json'],
          'timestamp_granularities[]': ['word', 'segment'],
        },
      },
    ]);
  });

  it('takes words that stand in the segments, with their own probabilities', async () => {
    const heard = await hear(await serverThat('words-in-segments'), QUIET);
    expect(textOf(heard)).toBe(SPOKEN.quiet);
    expect(heard.words.map(({ startMs, confidence }) => [startMs - 1_000, confidence])).toEqual(
      [0, 1, 2, 3].map((at) => [FIRST_WORD_MS + at * WORD_MS, expect.closeTo(0.5)]),
    );
  });

  it('spreads words over their segment where a server tells no words', async () => {
    const { words } = await hear(await serverThat('segments'), LOUD);
    expect(words.map(({ text }) => text).join(' ')).toBe(SPOKEN.loud);
    expect(words[0]?.startMs).toBe(1_000 + FIRST_WORD_MS);
    expect(words.at(-1)?.endMs).toBe(1_000 + FIRST_WORD_MS + 5 * WORD_MS);
    for (const { confidence } of words) expect(confidence).toBeCloseTo(0.7);
  });

  it('asks a server that has no times for text, finds that out once, and spreads the words over the speech', async () => {
    const server = await serverThat('text');
    const session = await engine(server.baseUrl).open(asItIs, never);
    const first = await session.transcribe(chunkOf(LOUD), never);
    await session.transcribe(chunkOf(LOUD), never);
    await session.close();
    expect(textOf(first)).toBe(SPOKEN.loud);
    expect([first.words[0]?.startMs, first.words.at(-1)?.endMs, first.words[0]?.confidence]).toEqual([
      1_000,
      4_000,
      UNTOLD_CONFIDENCE,
    ]);
    expect(server.requests.map(({ fields }) => fields['response_format']?.[0])).toEqual([
      'verbose_json',
      'verbose_json',
      'json',
      'json',
    ]);
  });

  it('sends the language and the vocabulary, and has translations made where those are made', async () => {
    const server = await serverThat();
    await hear(server, LOUD, { language: 'de-AT', vocabulary: ['Coriolis', ' neap\ntide '] });
    const translated = await hear(server, LOUD, { task: 'translate', language: 'de' });
    expect(textOf(translated)).toBe(SPOKEN.translated);
    expect(server.requests[0]?.fields).toMatchObject({ language: ['de'], prompt: ['Coriolis, neap tide.'] });
    expect(server.requests[1]).toMatchObject({ path: '/v1/audio/translations', fields: { response_format: ['verbose_json'] } });
    expect(server.requests[1]?.fields).not.toHaveProperty('language');
  });

  it('sends no request near the 25 MB that servers take', async () => {
    const server = await serverThat();
    const minute = joined(noise(50_000, 10_000), silence(10_000));
    const heard = await hear(server, joined(...Array.from({ length: 11 }, () => minute)));
    expect(server.requests.length).toBeGreaterThan(2);
    expect(server.requests.reduce((sum, { seconds }) => sum + seconds, 0)).toBe(660);
    for (const { bytes } of server.requests) expect(bytes).toBeLessThan(10_000_000);
    expect(textOf(heard)).toBe(server.requests.map(() => SPOKEN.loud).join(' '));
  });

  it('has one digest for one server, model and wish', async () => {
    const digest = async (wishes: Partial<TranscriberOptions>, options: Partial<OpenaiSpeechOptions> = {}): Promise<string> =>
      (await engine('http://127.0.0.1:1/v1', options).open({ ...asItIs, ...wishes }, never)).digest;
    const all = [
      await digest({}),
      await digest({ language: 'de' }),
      await digest({ task: 'translate' }),
      await digest({ vocabulary: ['tide'] }),
      await digest({}, { model: 'other' }),
      await digest({}, { baseUrl: 'http://127.0.0.1:2/v1' }),
    ];
    expect(new Set(all).size).toBe(all.length);
    // A new key is the same server.
    expect(await digest({}, { apiKey: 'other' })).toBe(all[0]);
  });

  it('says what to set when no server is, and refuses a model that is not the one that is set', async () => {
    expect(await engine(null).unavailable()).toMatch(/TRANSCRIBE_BASE_URL/);
    await expect(engine(null).open(asItIs, never)).rejects.toMatchObject({ code: 'engine_unavailable' });
    expect(engine('http://127.0.0.1:1/v1').refuses?.({ ...asItIs, model: 'large-v3' })).toMatch(/"whisper-1"/);
    await expect(engine('http://127.0.0.1:1/v1').open({ ...asItIs, model: 'large-v3' }, never)).rejects.toMatchObject({
      code: 'model_unavailable',
    });
  });
});

describe('a server with faults', () => {
  it('is waited for as long as it asks after a rate limit', async () => {
    const server = await serverThat();
    const clock = new ManualClock();
    server.spoil({ status: 429, headers: { 'retry-after': '20' } });
    const hearing = hear(server, LOUD, {}, { clock });
    await expect.poll(() => server.requests.length).toBe(1);
    await expect.poll(() => clock.sleeping).toBe(1);
    await clock.advance(19_999);
    expect(server.requests.length).toBe(1);
    await clock.advance(1);
    expect(textOf(await hearing)).toBe(SPOKEN.loud);
  });

  it.each([
    ['a wait that is too long', { status: 429, headers: { 'retry-after': '3600' } }, 'engine_failed', /too often/],
    ['a fault of its own', { status: 503 }, 'engine_failed', /HTTP 503/],
    ['a key that it does not know', { status: 401 }, 'engine_unavailable', /TRANSCRIBE_API_KEY/],
    ['an account without rights', { status: 403 }, 'engine_unavailable', /refuses this account/],
    [
      'an account without credit',
      { status: 429, body: '{"error":{"code":"insufficient_quota"}}' },
      'engine_unavailable',
      /credit/,
    ],
    ['no such model', { status: 404 }, 'engine_unavailable', /TRANSCRIBE_MODEL/],
    ['a request that it refuses', { status: 400 }, 'engine_unavailable', /HTTP 400/],
    ['sound that is too long', { status: 413 }, 'engine_unavailable', /TRANSCRIBE_CHUNK_SECONDS/],
    ['another address', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }, 'engine_unavailable', /not followed/],
    ['an answer that breaks off', 'cut-off', 'engine_failed', /broke off/],
    ['an answer that is no JSON', 'broken-json', 'engine_failed', /not understood/],
    ['a connection that is closed', 'drop', 'engine_failed', /cannot be reached/],
  ] as const)('is told with its cure: %s', async (_name, fault, code, detail) => {
    const server = await serverThat();
    server.spoil(fault);
    const error = await problem(hear(server, LOUD));
    expect(error).toMatchObject({ code, detail: expect.stringMatching(detail) });
    expect(server.requests.length).toBe(1);
  });

  it('keeps the key out of errors, though the server repeats it', async () => {
    const server = await serverThat();
    for (const status of [400, 401, 404, 429, 500]) {
      server.spoil({ status, body: `{"error":{"message":"insufficient_quota: Incorrect API key provided: ${KEY}"}}` });
      const error = await problem(hear(server, LOUD));
      expect(error).toBeInstanceOf(Error);
      const { message, stack, cause } = error as Error; // just looked at
      expect([message, stack, String(cause), (cause as Error).stack].join()).not.toContain(KEY);
    }
  });

  it('is given up when it does not answer in time', async () => {
    const server = await serverThat();
    server.spoil('hang');
    await expect(hear(server, LOUD, {}, { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'engine_failed',
      detail: expect.stringMatching(/in time/),
    });
  });

  it('is left at once when the work is aborted, and its request ends', async () => {
    const server = await serverThat();
    server.spoil('hang');
    const stop = new AbortController();
    const hearing = problem(hear(server, LOUD, {}, {}, stop.signal));
    await expect.poll(() => server.requests.length).toBe(1);
    stop.abort(new Error('stopped'));
    expect(await hearing).toMatchObject({ message: 'stopped' });
    await expect.poll(() => server.requests[0]?.gone).toBe(true);
  });

  it('stops waiting for a rate limit when the work is aborted', async () => {
    const server = await serverThat();
    const clock = new ManualClock();
    server.spoil({ status: 429, headers: { 'retry-after': '30' } });
    const stop = new AbortController();
    const hearing = problem(hear(server, LOUD, {}, { clock }, stop.signal));
    await expect.poll(() => clock.sleeping).toBe(1);
    stop.abort(new Error('stopped'));
    expect(await hearing).toMatchObject({ message: 'stopped' });
  });
});
