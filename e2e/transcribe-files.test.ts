import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transcriptSchema } from '@scholium/contract';
import { shareSaid } from './support/heard-words.ts';
import { processesNaming } from './support/processes.ts';
import { runScholium, spawnScholium } from './support/run-scholium.ts';
import { makeTestFolder, MEMORY, TIDES } from './support/test-folder.ts';
import { waitUntil } from './support/wait-until.ts';

const run = promisify(execFile);

describe('scholium transcribe', () => {
  let folder: Awaited<ReturnType<typeof makeTestFolder>>;
  /** The first sentence of the sample: short work for the tests that are about files. */
  let clip: string;

  beforeAll(async () => {
    folder = await makeTestFolder();
    clip = join(folder.path, 'clip.wav');
    await run('ffmpeg', ['-v', 'error', '-i', TIDES, '-t', '6', clip]);
  });
  afterAll(async () => {
    expect(await processesNaming(folder.path)).toEqual([]);
    await folder.remove();
  });

  async function transcribed(format: string): Promise<string> {
    const out = join(folder.path, `as-${format}`);
    const { code, stdout, stderr } = await runScholium(['transcribe', clip, '--format', format, '-o', out], {
      folder: folder.path,
    });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toBe(`${join(out, `clip.${format}`)}\n`);
    expect(stderr).toContain('Draft quality: made by PocketSphinx.');
    expect(await readdir(out)).toEqual([`clip.${format}`]);
    return readFile(join(out, `clip.${format}`), 'utf8');
  }

  it('takes the engine and the task that are asked for, and says so when they do not go together', async () => {
    const out = join(folder.path, 'forced');
    const asked = (...options: string[]) => runScholium(['transcribe', clip, '-o', out, ...options], { folder: folder.path });
    const translation = await asked('--engine', 'pocketsphinx', '--task', 'translate');
    expect(translation.code).toBe(1);
    expect(translation.stderr).toContain('PocketSphinx cannot translate.');
    const unknown = await asked('--engine', 'magic');
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toMatch(/TRANSCRIPTION_ENGINE .*"pocketsphinx"/);
    expect(await readdir(out)).toEqual([]);
  });

  it('writes SubRip', async () => {
    const text = await transcribed('srt');
    expect(text).toMatch(/^1\r?\n00:00:0\d,\d{3} --> 00:00:0\d,\d{3}\r?\n\w/);
    expect(shareSaid(text)).toBeGreaterThan(0.5);
  });

  it('writes WebVTT', async () => {
    const text = await transcribed('vtt');
    expect(text).toMatch(/^WEBVTT\n[^]*00:0\d\.\d{3} --> [^]*\w/);
    expect(shareSaid(text)).toBeGreaterThan(0.5);
  });

  it('writes plain text', async () => {
    expect(shareSaid(await transcribed('txt'))).toBeGreaterThan(0.5);
  });

  it('writes the transcript as JSON', async () => {
    const transcript = transcriptSchema.parse(JSON.parse(await transcribed('json')));
    expect(transcript).toMatchObject({ engine: 'pocketsphinx', draftQuality: true });
    const words = transcript.segments.flatMap((segment) => segment.words);
    expect(words.length).toBeGreaterThan(5);
    for (const { startMs, endMs } of words) expect(endMs).toBeGreaterThanOrEqual(startMs);
  });

  it('goes on after a file that fails, replaces nothing, and ends with 1; --json tells it all', async () => {
    const out = join(folder.path, 'several');
    const [notes, kept] = [join(folder.path, 'notes.mp3'), join(folder.path, 'kept.wav')];
    await writeFile(notes, 'this is not sound');
    await writeFile(kept, await readFile(clip));
    await mkdir(out);
    await writeFile(join(out, 'kept.txt'), 'mine');
    const files = [notes, join(folder.path, 'missing.mp3'), kept, clip];
    const { code, stdout, stderr } = await runScholium(['transcribe', ...files, '-o', out, '--json'], { folder: folder.path });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      files: [
        { file: files[0], error: { code: expect.stringMatching(/^media_/), detail: expect.any(String) } },
        { file: files[1], error: { code: 'ENOENT', detail: expect.stringContaining('missing.mp3') } },
        { file: files[2], error: { code: 'output_exists', detail: expect.stringContaining('--force') } },
        { file: clip, output: join(out, 'clip.txt'), durationMs: expect.any(Number), engine: 'pocketsphinx', draftQuality: true },
      ],
    });
    expect(await readFile(join(out, 'kept.txt'), 'utf8')).toBe('mine');
    expect((await readdir(out)).sort()).toEqual(['clip.txt', 'kept.txt']);
    // oxlint-disable-next-line no-control-regex -- a pipe gets no bar
    expect(stderr).not.toMatch(/[\u001b\r]/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('stops at Ctrl-C with 130 and leaves no process and no file', async () => {
    const out = join(folder.path, 'stopped');
    const child = spawnScholium(['transcribe', MEMORY, '-o', out], { folder: folder.path });
    const closed = once(child, 'close');
    const said: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => said.push(line));
    await waitUntil('it is at work', () => said.some((line) => line.includes('Transcribed up to')));
    expect(await processesNaming('pocketsphinx')).not.toEqual([]);
    child.kill('SIGINT');
    await closed;
    expect(child.exitCode).toBe(130);
    await waitUntil('no process is left', async () => (await processesNaming(folder.path)).length === 0, 3000);
    expect(await readdir(out)).toEqual([]);
    expect((await readdir(folder.path)).filter((name) => name.startsWith('scholium-'))).toEqual([]);
  });
});
