import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Citation } from '@scholium/contract';
import type { CitableText } from '@scholium/server/core/domain/grounding.ts';
import { falseCitations } from '@scholium/server/testkit/true-citations.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processesNaming } from './support/processes.ts';
import { testEnvironment } from './support/run-scholium.ts';
import { makeTestFolder, ROOT } from './support/test-folder.ts';

const run = promisify(execFile);

/** Three minutes of speech on a machine that runs other tests too. */
const TIMEOUT_MS = 400_000;

describe('npm run demo -- --exit', () => {
  let folder: Awaited<ReturnType<typeof makeTestFolder>>;

  beforeAll(async () => {
    folder = await makeTestFolder();
  });
  afterAll(async () => {
    expect(await processesNaming(folder.path)).toEqual([]);
    await folder.remove();
  });

  async function demo(...args: string[]): Promise<{ stdout: string; stderr: string; ms: number }> {
    const startedAt = performance.now();
    const env = testEnvironment(folder.path, { PORT: '0' });
    // Rejects when it ends with anything but 0.
    const { stdout, stderr } = await run(join(ROOT, 'script/demo'), ['--exit', ...args], {
      env,
      timeout: TIMEOUT_MS,
      maxBuffer: 10e6,
    });
    return { stdout, stderr, ms: performance.now() - startedAt };
  }

  it(
    'prints the transcript, the notes, an answer with its seconds, and the files; a second run does nothing twice',
    async () => {
      const first = await demo();
      expect(first.stderr).toMatch(/Transcribing\s+\d+ %.* left\./);
      expect(first.stdout).toContain('Draft quality: made by PocketSphinx.');
      expect(first.stdout).toMatch(/^ {2}\[00:\d\d\] {2}\S/m);
      for (const heading of [
        'Transcript',
        'Notes',
        'Key passages',
        'Chapters',
        'Key terms',
        'Flashcards',
        'Practice questions',
        'Question',
        'Files',
      ]) {
        expect(first.stdout).toMatch(new RegExp(`^ *${heading}$`, 'm'));
      }
      expect(first.stdout).toMatch(
        /What is the testing effect\?\n\n[^]*testing effect[^]*\[\d\d:\d\d\] {2}\d+\.\d s to \d+\.\d s\n {6}“[^”]*testing effect/i,
      );
      for (const type of ['md', 'txt', 'srt', 'vtt', 'json', 'pdf', 'docx', 'apkg']) {
        const path = join(folder.path, 'data/demo-exports', `how-memory-works.${type}`);
        expect(first.stdout).toContain(path);
        expect((await stat(path)).size).toBeGreaterThan(500);
      }
      const { citations, wrong } = await citationsIn(join(folder.path, 'data/demo-exports', 'how-memory-works.json'));
      expect(citations).toBeGreaterThan(30);
      expect(wrong).toEqual([]);
      for (const line of (first.stdout + first.stderr).split('\n'))
        expect([line.length <= 80 || line.includes('/'), line]).toEqual([true, line]);
      // oxlint-disable-next-line no-control-regex -- a pipe gets no bar and no colours
      expect(first.stdout + first.stderr).not.toMatch(/[\u001b\r]/);

      const second = await demo('--json');
      expect(second.ms).toBeLessThan(first.ms / 2);
      const result: unknown = JSON.parse(second.stdout);
      expect(result).toMatchObject({ lectureId: 'how-memory-works', transcript: { version: 1 }, answer: { supported: true } });
    },
    TIMEOUT_MS,
  );
});

/** What the notes of an exported lecture cite, and what of that does not stand in its transcripts. */
async function citationsIn(path: string): Promise<{ citations: number; wrong: string[] }> {
  // Its shape is the export's own (`core/export/lecture-json.ts`).
  const lecture = JSON.parse(await readFile(path, 'utf8')) as {
    transcripts: CitableText[];
    artifacts: { citations: Citation[] }[];
  };
  const citations = lecture.artifacts.flatMap((artifact) => artifact.citations);
  return { citations: citations.length, wrong: falseCitations(citations, lecture.transcripts) };
}
