import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Client } from '@scholium/client';
import type { JobReply, LiveEvent, LiveReply } from '@scholium/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shareSaid } from './support/heard-words.ts';
import { processesNaming } from './support/processes.ts';

import { runScholium } from './support/run-scholium.ts';
import { startServer, type TestServer } from './support/start-server.ts';
import { makeTestFolder, TIDES } from './support/test-folder.ts';
import { waitUntil } from './support/wait-until.ts';

/** Speech recognition on a busy machine, twice: while it is recorded, and afterwards. */
const TIMEOUT_MS = 180_000;
const BYTES_PER_MS = 32;

const run = promisify(execFile);

describe('live sound', { timeout: TIMEOUT_MS }, () => {
  let folder: Awaited<ReturnType<typeof makeTestFolder>>;
  let sound: Uint8Array;
  const servers: TestServer[] = [];

  beforeEach(async () => {
    folder = await makeTestFolder();
    const file = join(folder.path, 'tides.pcm');
    await run('ffmpeg', ['-v', 'error', '-i', TIDES, '-t', '8', '-ac', '1', '-ar', '16000', '-f', 's16le', file]);
    sound = await readFile(file);
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.end('SIGKILL');
    await waitUntil('the test leaves no process behind', async () => (await processesNaming(folder.path)).length === 0);
    await folder.remove();
  });

  async function start(environment: Record<string, string> = {}, port = 0): Promise<TestServer> {
    const server = await startServer(folder.path, { DIARIZATION: 'off', ...environment }, port);
    servers.push(server);
    return server;
  }

  it('is heard at the pace of speech, marked, and becomes a transcript of its own', async () => {
    const { client } = await start();
    const { liveId, lectureId } = await client.call('beginLive', { body: { courseId: 'sea', title: 'Tides' } });
    const events: LiveEvent[] = [];
    const recorder = client.live({ liveId, sound: paced(sound), onEvent: (event) => events.push(event) });
    await waitUntil('the first text', () => events.some(({ type }) => type === 'final'));
    recorder.mark('lost');
    const end = await recorder.done;
    const text = events.flatMap((event) => (event.type === 'final' ? [event.text] : [])).join(' ');
    expect(shareSaid(text)).toBeGreaterThan(0.5);
    const live = await finished(client, liveId);
    expect(live).toMatchObject({
      status: 'finished',
      lectureId,
      offsetBytes: sound.byteLength,
      marks: [{ label: 'lost', sourceId: live.sourceId }],
    });
    expect(live.draft.map((line) => line.text).join(' ')).toBe(text);
    expect((await ended(client, end.jobId ?? '')).status).toBe('succeeded');
    const transcript = await transcriptOf(client, lectureId);
    expect(transcript.durationMs).toBeGreaterThan(7_900);
    expect(shareSaid(transcript.segments.map((segment) => segment.text).join(' '))).toBeGreaterThan(0.5);
    const { marks } = await client.call('listMarks', { params: { lectureId } });
    expect(marks).toMatchObject([{ label: 'lost', sourceId: live.sourceId }]);
  });

  it('loses at most two seconds when the server is killed, and the client goes on with the next one', async () => {
    const first = await start();
    const port = new URL(first.url).port;
    const { liveId, lectureId } = await first.client.call('beginLive', { body: { title: 'Tides' } });
    let sent = 0;
    const cut = Promise.withResolvers<void>();
    async function* microphone(): AsyncGenerator<Uint8Array> {
      for await (const bytes of paced(sound)) {
        sent += bytes.byteLength;
        if (sent > 4_000 * BYTES_PER_MS) cut.resolve();
        yield bytes;
      }
    }
    const recorder = first.client.live({ liveId, sound: microphone(), reconnectMs: 100, maxReconnects: 100 });
    await cut.promise;
    const sentBefore = sent;
    await first.end('SIGKILL');
    const second = await start({}, Number(port));
    const stored = await second.client.call('getLive', { params: { liveId } });
    expect(stored.status).toBe('open');
    expect(sentBefore - stored.offsetBytes).toBeLessThanOrEqual(2_000 * BYTES_PER_MS);
    const { jobId } = await recorder.done;
    expect((await ended(second.client, jobId ?? '')).status).toBe('succeeded');
    const { segments, durationMs } = await transcriptOf(second.client, lectureId);
    // Every byte is there: what the killed server had not stored was sent again.
    expect(Math.abs(durationMs - sound.byteLength / BYTES_PER_MS)).toBeLessThan(50);
    expect(shareSaid(segments.map(({ text }) => text).join(' '))).toBeGreaterThan(0.5);
  });

  it('that nobody comes back to is closed by itself after a crash, and transcribed', async () => {
    const first = await start();
    const { liveId, lectureId } = await first.client.call('beginLive', { body: { title: 'Tides' } });
    const saved = Promise.withResolvers<void>();
    const never = new AbortController();
    const all = sound.byteLength;
    const recorder = first.client.live({
      liveId,
      sound: openEnded(sound, never.signal),
      signal: never.signal,
      onEvent: (event) => event.type === 'saved' && event.offsetBytes === all && saved.resolve(),
    });
    recorder.done.catch(() => {}); // it is left
    await saved.promise;
    await first.end('SIGKILL');
    never.abort();
    const second = await start({ LIVE_CLOSE_AFTER_SECONDS: '1' });
    const live = await finished(second.client, liveId);
    expect(live.jobId).not.toBeNull();
    expect(shareSaid((await transcriptOf(second.client, lectureId)).segments.map(({ text }) => text).join(' '))).toBeGreaterThan(
      0.5,
    );
  });

  it('may be Opus as a browser records it, through the command line', async () => {
    const { url, client } = await start();
    const file = join(folder.path, 'tides.webm');
    await run('ffmpeg', ['-v', 'error', '-i', TIDES, '-t', '8', '-c:a', 'libopus', '-b:a', '32k', file]);
    const args = ['live', file, '--format', 'webm', '--fast', '--lecture-id', 'tides', '--server', url];
    const { code, stdout, stderr } = await runScholium(args, { folder: folder.path });
    expect(stderr).toContain('taken in by job');
    expect(code).toBe(0);
    expect(shareSaid(stdout)).toBeGreaterThan(0.4);
    const { segments, durationMs } = await transcriptOf(client, 'tides');
    expect(Math.abs(durationMs - 8_000)).toBeLessThan(200);
    expect(shareSaid(segments.map(({ text }) => text).join(' '))).toBeGreaterThan(0.5);
  });

  it('goes on in the middle of Opus when the server is killed: text and sound', async () => {
    const first = await start();
    const file = join(folder.path, 'tides.webm');
    await run('ffmpeg', [
      '-v',
      'error',
      '-i',
      TIDES,
      '-t',
      '8',
      '-c:a',
      'libopus',
      '-b:a',
      '32k',
      '-f',
      'webm',
      '-live',
      '1',
      file,
    ]);
    const bytes = await readFile(file);
    const half = Math.floor(bytes.length / 2);
    const { liveId, lectureId } = await first.client.call('beginLive', { body: { title: 'Tides', format: 'webm' } });
    const again = Promise.withResolvers<void>();
    const saved = Promise.withResolvers<void>();
    const lines: { startMs: number; text: string }[] = [];
    async function* microphone(): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, half);
      await again.promise;
      yield bytes.subarray(half);
    }
    const recorder = first.client.live({
      liveId,
      sound: microphone(),
      reconnectMs: 100,
      maxReconnects: 100,
      onEvent(event) {
        if (event.type === 'saved' && event.offsetBytes === half) saved.resolve();
        if (event.type === 'final') lines.push(event);
      },
    });
    await saved.promise;
    await first.end('SIGKILL');
    const second = await start({}, Number(new URL(first.url).port));
    again.resolve();
    const { jobId } = await recorder.done;
    expect((await ended(second.client, jobId ?? '')).status).toBe('succeeded');
    expect(shareSaid(lines.map(({ text }) => text).join(' '))).toBeGreaterThan(0.4);
    expect(lines.map(({ startMs }) => startMs)).toEqual(lines.map(({ startMs }) => startMs).sort((a, b) => a - b));
    expect(Math.abs((await transcriptOf(second.client, lectureId)).durationMs - 8_000)).toBeLessThan(200);
  });
});

/** As a microphone gives it: a tenth of a second at a time. */
async function* paced(sound: Uint8Array): AsyncGenerator<Uint8Array> {
  const startedAt = performance.now();
  for (let at = 0; at < sound.byteLength; at += 100 * BYTES_PER_MS) {
    yield sound.subarray(at, at + 100 * BYTES_PER_MS);
    await delay(Math.max(0, startedAt + at / BYTES_PER_MS + 100 - performance.now()));
  }
}

/** All at once, and then a microphone that hears nothing more. */
async function* openEnded(sound: Uint8Array, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  yield sound;
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
}

async function finished(client: Client, liveId: string): Promise<LiveReply> {
  return waitUntil('the live recording is a recording', async () => {
    const live = await client.call('getLive', { params: { liveId } });
    return live.status === 'finished' && live;
  });
}

async function ended(client: Client, jobId: string): Promise<JobReply> {
  return waitUntil('the job has ended', async () => {
    const job = await client.call('getJob', { params: { jobId } });
    return job.finishedAt !== null && job;
  });
}

async function transcriptOf(client: Client, lectureId: string) {
  return waitUntil(
    'there is a transcript',
    () => client.call('getTranscript', { params: { lectureId } }).catch(() => null),
    120_000,
  );
}
