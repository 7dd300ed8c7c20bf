import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@scholium/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandContext } from '../command-context.ts';
import { editNotes, revertNotes, showHistory, showNotes } from './notes.ts';

const one = { lectureId: 'lec_1', artifactId: 'art_1' };
const citation = {
  lectureId: 'lec_1',
  sourceId: 'src_1',
  kind: 'recording',
  textVersion: 1,
  quote: 'It falls.',
  startMs: 65_000,
  endMs: 66_000,
  firstWord: 1,
  lastWord: 2,
  page: null,
  startChar: null,
  endChar: null,
};
const artifact = {
  id: 'art_1',
  kind: 'study_plan',
  title: 'Study plan',
  engine: 'gemini',
  model: 'gemini-2.5-flash\u001b[31m',
  presetId: 'exam',
  presetVersion: 1,
  transcriptVersion: 1,
  texts: [],
  fallback: { engine: 'openai', model: 'gpt', code: 'model_unreachable', detail: 'It does not answer.' },
  usage: { calls: 2, inputTokens: 900, outputTokens: 100, costUsd: 0.00123 },
  unsupported: ['A guess.'],
  createdAt: '2026-11-23T12:00:00.000Z',
  version: 2,
  edit: null,
  content: {
    sessions: [
      {
        title: 'Forgetting',
        goal: 'Explain the curve.',
        minutes: 15,
        material: [{ title: 'The curve', startMs: 65_000, endMs: 70_000, page: null, cites: [0] }],
        cards: ['What falls?'],
        questions: ['Why?'],
      },
    ],
  },
  citations: [citation],
};
const versions = [
  { version: 0, author: null, at: '2026-11-23T12:00:00.000Z', origin: null },
  { version: 1, author: 'ann', at: '2026-11-23T12:01:00.000Z', origin: { type: 'edited' } },
  { version: 2, author: 'ann', at: '2026-11-23T12:02:00.000Z', origin: { type: 'reverted', version: 0 } },
];

let folder: string;
let printed: string[];
let calls: { operation: string; input: unknown }[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scholium-notes-'));
  [printed, calls] = [[], []];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A command line whose server answers with what stands above. */
function contextOf(json = false): CommandContext {
  const replies: Record<string, unknown> = {
    listArtifacts: { artifacts: [artifact] },
    listArtifactVersions: { versions },
    getArtifact: artifact,
    editArtifact: { ...artifact, version: 3 },
    revertArtifact: { ...artifact, version: 3 },
  };
  const call = async (operation: string, { params, query, body }: Record<string, unknown>) => {
    calls.push({ operation, input: { params, ...(query !== undefined && { query }), ...(body !== undefined && { body }) } });
    return replies[operation];
  };
  return {
    terminal: {
      columns: 80,
      interactive: false,
      print: (line = '') => void printed.push(line),
      note: () => {},
      style: (_, text) => text,
    },
    json,
    serverUrl: '',
    stateFolder: folder,
    connect: async () => ({ call }) as unknown as Client, // all these commands use
    signal: new AbortController().signal,
  };
}

describe('scholium notes', () => {
  it('shows what each holds, what made it and what it cost, and lets nothing steer the terminal', async () => {
    await showNotes(contextOf(), { lectureId: 'lec_1', kinds: null, history: false });
    const text = printed.join('\n');
    for (const part of [
      'Study plan',
      'Forgetting (15 min)',
      'Explain the curve.',
      'What falls?',
      'art_1',
      '1000 tokens, $0.0012',
      '1 left out',
    ])
      expect(text).toContain(part);
    expect(text).not.toContain('\u001b');
    expect(text).toContain('instead of openai (gpt): It does not answer.');
    printed.length = 0;
    await showNotes(contextOf(), { lectureId: 'lec_1', kinds: ['summary'], history: true });
    expect(printed.join('\n')).toContain('scholium notes make lec_1');
    expect(calls.at(-1)).toMatchObject({ input: { query: { history: 'true' } } });
    const poem = showNotes(contextOf(), { lectureId: 'lec_1', kinds: ['poem'], history: false });
    await expect(poem).rejects.toMatchObject({ exit: 'usage', detail: expect.stringContaining('study_plan') });
  });

  it('edits by a file that it gave itself', async () => {
    await showHistory(contextOf(true), one);
    const file = join(folder, 'plan.json');
    await writeFile(file, printed.join('\n'));
    await editNotes(contextOf(), { ...one, file });
    expect(calls.at(-1)).toEqual({
      operation: 'editArtifact',
      input: { params: one, body: { baseVersion: 2, content: artifact.content, citations: [citation] } },
    });
    expect(printed.at(-1)).toBe('  art_1 is at version 3 now.');
  });

  it.each(['no JSON', '{}', '{"version": 1, "content": [], "citations": []}'])('refuses a file with %s', async (text) => {
    const file = join(folder, 'broken.json');
    await writeFile(file, text);
    await expect(editNotes(contextOf(), { ...one, file })).rejects.toMatchObject({ code: 'artifact_file_invalid' });
    expect(calls).toEqual([]);
  });

  it('tells the history and goes back in it', async () => {
    await showHistory(contextOf(), one);
    expect(printed.map((line) => line.trim().split(/ {2,}/).at(-1))).toEqual([
      'generated by gemini',
      'edited by ann',
      'back to version 0 by ann',
    ]);
    await revertNotes(contextOf(), { ...one, version: '1' });
    expect(calls.at(-1)).toMatchObject({ operation: 'revertArtifact', input: { body: { baseVersion: 2, version: 1 } } });
    await expect(revertNotes(contextOf(), { ...one, version: '-1' })).rejects.toMatchObject({ exit: 'usage' });
  });
});
