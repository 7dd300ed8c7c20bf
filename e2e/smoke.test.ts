import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportTypes, type AnswerReply, type JobReply, type SearchReply, type Transcript } from '@scholium/contract';
import { curl, curlJson } from './support/curl.ts';
import { shareSaid } from './support/heard-words.ts';
import { silentWav } from './support/silent-wav.ts';
import { startServer, type TestServer } from './support/start-server.ts';
import { makeTestFolder, TIDES } from './support/test-folder.ts';
import { waitUntil } from './support/wait-until.ts';

const run = promisify(execFile);

/** The steps build on each other, as a script that tries a deployment sends them. */
describe('the smoke sequence, sent with curl', () => {
  let folder: Awaited<ReturnType<typeof makeTestFolder>>;
  let server: TestServer;
  let api: string;

  beforeAll(async () => {
    folder = await makeTestFolder();
    server = await startServer(folder.path);
    api = `${server.url}/api`;
  });
  afterAll(async () => {
    await server?.end('SIGTERM');
    await folder?.remove();
  });

  async function finished(jobId: string): Promise<JobReply> {
    return waitUntil(
      `job ${jobId} has ended`,
      async () => {
        const { json } = await curlJson<JobReply>(`${api}/jobs/${jobId}`);
        return json.finishedAt !== null && json;
      },
      120_000,
    );
  }

  async function post(path: string, body?: unknown): Promise<{ status: number; json: { jobId: string } }> {
    const data = body === undefined ? [] : ['--header', 'content-type: application/json', '--data', JSON.stringify(body)];
    return curlJson('--request', 'POST', ...data, api + path);
  }

  function ingest(fields: Record<string, string>, file: string): Promise<{ status: number; json: Record<string, string> }> {
    const forms = Object.entries(fields).flatMap(([name, value]) => ['--form', `${name}=${value}`]);
    return curlJson(...forms, '--form', `audio=@${file}`, `${api}/lectures/ingest`);
  }

  it('answers that it is well, at both addresses, soon after its start', async () => {
    // On an idle machine it takes one to two seconds (npm run bench measures that); here other tests run beside it.
    expect(server.readyMs).toBeLessThan(10_000);
    for (const url of [`${server.url}/health`, `${api}/health`]) {
      const { status, json } = await curlJson<{ status: string }>(url);
      expect({ status, health: json.status }).toEqual({ status: 200, health: 'ok' });
    }
  });

  it('takes a second of silence and finds no words in it', async () => {
    const file = join(folder.path, 'silence.wav');
    await writeFile(file, silentWav(1));
    const { status, json } = await ingest(
      { course_id: 'smoke', lecture_id: 'silence', preset_id: 'exam', title: 'Silence' },
      file,
    );
    expect({ status, lectureId: json['lectureId'] }).toEqual({ status: 201, lectureId: 'silence' });
    const job = await finished((await post('/lectures/silence/transcribe?model=base')).json.jobId);
    expect(job).toMatchObject({ status: 'succeeded', error: null });
    const transcript = await curlJson<Transcript>(`${api}/lectures/silence/transcript`);
    expect(transcript.json.segments).toEqual([]);
  });

  it('takes the sample and makes its course', async () => {
    const { status, json } = await ingest({ course_id: 'smoke', lecture_id: 'tides', preset_id: 'exam', title: 'Tides' }, TIDES);
    expect(status).toBe(201);
    expect(json['lectureId']).toBe('tides');
    expect(json['audioPath']).toMatch(/^local:\/\//);
    const courses = await curlJson<{ courses: { id: string }[] }>(`${api}/courses`);
    expect(courses.json.courses.map(({ id }) => id)).toContain('smoke');
  });

  it('changes nothing when the same bytes come again', async () => {
    const again = await ingest({ course_id: 'smoke', lecture_id: 'tides', preset_id: 'exam', title: 'Tides' }, TIDES);
    expect(again.status).toBe(200);
    const sources = await curlJson<{ sources: unknown[] }>(`${api}/lectures/tides/sources`);
    expect(sources.json.sources).toHaveLength(1);
  });

  it('refuses other bytes under the same id with 409 and keeps what is there', async () => {
    const refused = await ingest({ lecture_id: 'tides' }, join(folder.path, 'silence.wav'));
    expect(refused).toMatchObject({ status: 409, json: { code: 'lecture_conflict' } });
    const { stdout } = await run('curl', [
      '-s',
      `${api}/lectures/tides/audio`,
      '--output',
      join(folder.path, 'back.opus'),
      '--write-out',
      '%{size_download}',
    ]);
    await run('cmp', [TIDES, join(folder.path, 'back.opus')]);
    expect(Number(stdout)).toBeGreaterThan(0);
  });

  it('transcribes, and the job shows every state it went through', async () => {
    const started = await post('/lectures/tides/transcribe?model=base');
    expect(started.status).toBe(202);
    const job = await finished(started.json.jobId);
    expect(job).toMatchObject({ status: 'succeeded', progress: 1, attempts: 1, executedBy: 'worker', error: null });
    expect(job.transitions.map(({ status }) => status)).toEqual(['queued', 'running', 'succeeded']);
    const { json } = await curlJson<Transcript>(`${api}/lectures/tides/transcript`);
    expect(json).toMatchObject({ lectureId: 'tides', engine: 'pocketsphinx', draftQuality: true });
    expect(json.durationMs).toBeGreaterThan(19_000);
    expect(shareSaid(await spokenText())).toBeGreaterThan(0.5);
  });

  it('writes notes that cite the words they come from', async () => {
    const job = await finished((await post('/lectures/tides/generate', { course_id: 'smoke', preset_id: 'exam' })).json.jobId);
    expect(job).toMatchObject({ status: 'succeeded', error: null });
    const { json } = await curlJson<{ artifacts: { kind: string; citations: { quote: string }[] }[] }>(
      `${api}/lectures/tides/artifacts`,
    );
    expect(json.artifacts.length).toBeGreaterThan(0);
    const said = await spokenText();
    for (const { citations } of json.artifacts) for (const { quote } of citations) expect(said).toContain(quote);
  });

  it('exports every type and hands out each file', async () => {
    const job = await finished((await post('/lectures/tides/export')).json.jobId);
    const { exports } = job.result as { exports: { type: string; url: string; storagePath: string }[] }; // checked just below
    expect(exports.map(({ type }) => type).sort()).toEqual([...exportTypes].sort());
    for (const { type, storagePath } of exports) {
      expect(storagePath).toMatch(/^local:\/\//);
      const file = await curl(`${api}/exports/tides/${type}`);
      expect({ type, status: file.status }).toEqual({ type, status: 200 });
      // What stands in a PDF and in the two kinds of zip files is compressed; their own tests open them.
      const begin: Record<string, string> = { pdf: '%PDF-1.7', docx: 'PK', anki: 'PK' };
      const expected = begin[type];
      if (expected === undefined) expect(file.body).toContain('water');
      else expect(file.body.slice(0, expected.length)).toBe(expected);
    }
  });

  it('answers a question with a quote that stands in the transcript', async () => {
    const { status, json } = await curlJson<AnswerReply>(
      '--header',
      'content-type: application/json',
      '--data',
      JSON.stringify({ question: 'What does the moon do to the water?' }),
      `${api}/lectures/tides/ask`,
    );
    expect({ status, supported: json.supported }).toEqual({ status: 200, supported: true });
    expect(json.citations.length).toBeGreaterThan(0);
    const said = await spokenText();
    for (const { quote, startMs, endMs, lectureId } of json.citations) {
      expect(said).toContain(quote);
      expect(lectureId).toBe('tides');
      expect(endMs).toBeGreaterThan(startMs ?? Infinity);
    }
  });

  it('finds where something was said', async () => {
    const { json } = await curlJson<SearchReply>('--get', '--data-urlencode', 'q=water is high two times a day', `${api}/search`);
    expect(json.results[0]).toMatchObject({ lectureId: 'tides', kind: 'recording', page: null });
    expect(json.results[0]?.startMs).toEqual(expect.any(Number));
  });

  it.each([
    ['lectures/nothing/transcript', 'lecture_not_found'],
    ['jobs/nothing', 'job_not_found'],
    ['exports/tides/nothing', /export_not_found|invalid_request/],
  ])('says what is not there: %s', async (path, code) => {
    const { status, json } = await curlJson<{ code: string; detail: string }>(`${api}/${path}`);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(json.code).toMatch(code);
    expect(json.detail).not.toMatch(/\n| at |node_modules/);
  });

  async function spokenText(): Promise<string> {
    const { json } = await curlJson<Transcript>(`${api}/lectures/tides/transcript`);
    return json.segments.map(({ text }) => text).join(' ');
  }
});
