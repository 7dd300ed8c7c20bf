import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runScholium, type Run } from './support/run-scholium.ts';
import { startServer, type TestServer } from './support/start-server.ts';
import { makeTestFolder, TIDES } from './support/test-folder.ts';

/** The steps build on each other, as a person takes them. */
describe('a lecture by the command line', () => {
  let folder: Awaited<ReturnType<typeof makeTestFolder>>;
  let server: TestServer;

  beforeAll(async () => {
    folder = await makeTestFolder();
    server = await startServer(folder.path);
  });
  afterAll(async () => {
    await server?.end('SIGTERM');
    await folder?.remove();
  });

  function scholium(...args: string[]): Promise<Run> {
    return runScholium(args, { folder: folder.path, environment: { SCHOLIUM_URL: server.url } });
  }

  it('is brought in; the text is shown as it comes, the id is the result', async () => {
    const { code, stdout, stderr } = await scholium(
      'ingest',
      TIDES,
      '--course',
      'nature',
      '--lecture-id',
      'tides',
      '--title',
      'Tides',
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'tides\n' });
    expect(stderr).toMatch(/^ {2}\[00:\d\d\] {2}.*water/m);
    expect(stderr.match(/Draft quality/g)).toHaveLength(1);
    expect(stderr).toContain('Writing notes: done');
  });

  it('answers a question, with the seconds and the quote', async () => {
    const { code, stdout } = await scholium('ask', 'tides', 'What does the moon do to the water?');
    expect(code).toBe(0);
    expect(stdout).toMatch(/\[00:\d\d\] {2}\d+\.\d s to \d+\.\d s\n {6}“/);
    expect(stdout.match(/Draft quality/g)).toHaveLength(1);
  });

  it('is found', async () => {
    const { code, stdout } = await scholium('search', 'the sun and the moon', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ results: [{ lectureId: 'tides' }] });
  });

  it('takes a document, which is searched and cited by its page', async () => {
    const file = join(folder.path, 'notes.md');
    await writeFile(file, '# Seiches\n\nA seiche is a standing wave in a lake. The wind starts it.\n');
    const added = await scholium('add', 'reading', file, '--create', 'Reading list');
    expect(added).toMatchObject({ code: 0, stdout: expect.stringMatching(/^src_\w+\n$/) });
    const { stdout } = await scholium('ask', 'reading', 'What is a seiche?', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      supported: true,
      citations: [{ kind: 'document', page: 1, quote: 'A seiche is a standing wave in a lake.' }],
    });
    const broken = join(folder.path, 'broken.pdf');
    await writeFile(broken, '%PDF-1.7 nothing more');
    const failed = await scholium('add', 'reading', broken);
    expect([failed.code === 0, failed.stderr]).toEqual([false, expect.stringContaining('PDF file is damaged')]);
  });

  it('is exported, and nothing is replaced without --force', async () => {
    const out = join(folder.path, 'exports');
    const args = ['export', 'tides', '--type', 'srt', 'md', '-o', out];
    expect((await scholium(...args)).stdout.trim().split('\n').sort()).toEqual([join(out, 'tides.md'), join(out, 'tides.srt')]);
    expect((await readdir(out)).sort()).toEqual(['tides.md', 'tides.srt']);
    expect(await readFile(join(out, 'tides.md'), 'utf8')).toMatch(/^# Tides/m);
    const again = await scholium(...args);
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/exists already\. Use --force/);
    expect((await scholium(...args, '--force')).code).toBe(0);
  });

  it('has its jobs listed and shown', async () => {
    const list = JSON.parse((await scholium('jobs', '--lecture', 'tides', '--json')).stdout) as {
      jobs: { jobId: string; kind: string }[];
    }; // checked below
    expect(list.jobs.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['transcribe', 'index', 'generate', 'export']));
    const transcribe = list.jobs.find(({ kind }) => kind === 'transcribe');
    const { stdout } = await scholium('jobs', 'show', transcribe?.jobId ?? '');
    expect(stdout).toMatch(/Status +succeeded, 100 %/);
    const cancelled = await scholium('jobs', 'cancel', transcribe?.jobId ?? '');
    expect(cancelled.code).toBe(1);
    expect(cancelled.stderr).not.toMatch(/^\s+at /m);
  });

  it.each([
    [['ask', 'nothing', 'why'], 4],
    [['jobs', 'show', 'nothing'], 4],
    [['ingest', '/nowhere/talk.mp3'], 4],
    [['jobs', '--status', 'sleeping'], 2],
    [['export', 'tides', '--type', 'pdfx'], 2],
    [['transcribe'], 2],
    [['ask', 'tides', 'why', '--server', 'http://127.0.0.1:9'], 3],
    [['ask', 'tides', 'why', '--server', 'nonsense'], 2],
  ])('what goes wrong has its own exit code: %j ends with %i', async (args, code) => {
    const run = await scholium(...args, '--json');
    expect(run.code).toBe(code);
    expect(run.stderr).not.toBe('');
    expect(JSON.parse(run.stdout)).toMatchObject({ error: { code: expect.any(String), detail: expect.any(String) } });
  });

  it('finds no problem on this machine, and sees the running server', async () => {
    const { code, stdout } = await scholium('doctor', '--json');
    const { findings } = JSON.parse(stdout) as { findings: { name: string; status: string }[] }; // checked below
    expect(findings.filter(({ status }) => status === 'problem')).toEqual([]);
    expect(code).toBe(0);
    expect(findings).toContainEqual(expect.objectContaining({ name: 'Server', status: 'ok' }));
  });
});
