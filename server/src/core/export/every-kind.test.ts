import { artifactContentSchemas, artifactKinds, type ArtifactKind } from '@scholium/contract';
import { strFromU8, unzipSync } from 'fflate';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { aLecture, anArtifact } from '../../../testkit/builders.ts';
import { goodReplies } from '../../../testkit/model-servers/good-replies.ts';
import { makeTranscript } from '../../../testkit/spoken-transcript.ts';
import { readWith } from '../../../testkit/study-guide.ts';
import { createDocxRenderer } from '../../adapters/docx/docx-renderer.ts';
import { createPdfRenderer } from '../../adapters/pdfkit/pdf-renderer.ts';
import type { Artifact, ArtifactContents } from '../domain/artifact.ts';
import { claimsOf } from '../domain/claims.ts';
import { formatJson } from './lecture-json.ts';
import { formatMarkdown } from './markdown.ts';
import { studyGuideOf } from './study-guide-of.ts';

const never = new AbortController().signal;
const pdf = createPdfRenderer();
const docx = createDocxRenderer();
afterAll(() => Promise.all([pdf.close(), docx.close()]));

const source = { id: 'source', title: 'Memory', fileName: 'memory.mp3', mediaType: 'audio/mpeg', durationMs: 60_000 };
const transcript = makeTranscript(['Memory fades.']);
const [citation] = anArtifact().citations;
const times = { startMs: 0, endMs: 200, page: null };

/** What a model replied, with citations in place of names, a claim of a person behind each claim, and an edit on top. */
function contentOf(kind: ArtifactKind): ArtifactContents[ArtifactKind] {
  const cited = JSON.stringify(goodReplies([]))
    .replaceAll('"sources":[]', '"cites":[0]')
    .replaceAll('"who":null,"due":null', '"who":"Maria","due":"by Friday"');
  const contents = JSON.parse(cited) as Record<ArtifactKind, unknown>;
  return artifactContentSchemas[kind].parse(completed(contents[kind]));
}

/** With what is filled in later, and each claim once more as a person wrote it. */
function completed(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown) => {
      const whole = completed(item);
      const isClaim = typeof whole === 'object' && whole !== null && 'cites' in whole;
      return isClaim ? [whole, { ...whole, ...renamed(whole), cites: [], by: 'person' }] : [whole];
    });
  }
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.fromEntries(Object.entries(value).map(([name, field]) => [name, completed(field)]));
  return 'minutes' in fields ? { ...fields, cards: ['Does memory last?'], questions: ['How long?'] } : { ...times, ...fields };
}

function renamed(claim: object): object {
  const name = ['term', 'front', 'question', 'task', 'text', 'title'].find((field) => field in claim) ?? 'text';
  return { [name]: 'Own words' };
}

function artifactOf(kind: ArtifactKind): Artifact {
  const edit = { version: 1, author: 'ann', at: Date.UTC(2026, 10, 24), origin: { type: 'edited' as const } };
  const citations = citation ? [{ ...citation, lectureId: 'lecture', sourceId: 'source', endMs: 200 }] : [];
  return { ...anArtifact({ id: kind, kind, title: kind, content: contentOf(kind), citations }), version: 1, edit };
}

function documentWith(...kinds: readonly ArtifactKind[]) {
  return {
    lecture: aLecture({ id: 'lecture', title: 'Memory' }),
    course: null,
    recordings: [{ source, transcript }],
    documents: [],
    artifacts: kinds.map(artifactOf),
    publicUrl: null,
  };
}

/** All that must be read of it in a file. */
function textsOf({ kind, content }: Artifact): string[] {
  const facts: Partial<Record<ArtifactKind, string[]>> = {
    action_items: ['Maria', 'by Friday'],
    study_plan: ['15 min', 'Does memory last?', 'How long?'],
  };
  return [...claimsOf(content).map(({ text }) => text), ...(facts[kind] ?? []), 'Edited on 2026-11-24.'];
}

/** Letters alone: lines are broken and marks escaped in each format in its own way. */
const letters = (text: string): string => text.replaceAll(/[^\p{L}\p{N}]+/gu, '');

function expectAll(text: string, artifacts: readonly Artifact[]): void {
  for (const part of artifacts.flatMap(textsOf)) expect(letters(text)).toContain(letters(part));
}

describe.each(artifactKinds)('an edited artifact of the kind %s', (kind) => {
  const document = documentWith(kind);

  it('is whole in Markdown, with its places', () => {
    const text = formatMarkdown(document);
    expectAll(text, document.artifacts);
    expect(text).toContain('[00:00]');
  });

  it('is whole in JSON, which says what a person wrote', () => {
    const { artifacts } = JSON.parse(formatJson(document)) as { artifacts: { content: unknown; version: number }[] };
    expect(artifacts).toMatchObject([{ content: document.artifacts[0]?.content, version: 1 }]);
    expect(JSON.stringify(artifacts)).toContain('"by":"person"');
  });
});

describe('edited artifacts of all kinds', () => {
  const document = documentWith(...artifactKinds);

  it('are whole in PDF', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'scholium-kinds-'));
    try {
      const path = join(folder, 'notes.pdf');
      await writeFile(path, await pdf.render(studyGuideOf(document), never));
      expectAll(readWith('pdftotext', [path, '-']), document.artifacts);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('are whole in Word', async () => {
    const files = unzipSync(await docx.render(studyGuideOf(document), never));
    expectAll(strFromU8(files['word/document.xml'] ?? new Uint8Array()).replaceAll(/<[^>]+>/g, ''), document.artifacts);
  });
});
