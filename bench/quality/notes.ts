import { readFile } from 'node:fs/promises';
import { artifactKinds } from '@scholium/contract';
import { createEnergeticEmbedder } from '@scholium/server/adapters/energetic-ai/energetic-embedder.ts';
import { createExtractiveWriter } from '@scholium/server/adapters/extractive/extractive-writer.ts';
import type { ArtifactContents, ArtifactDraft, ArtifactKind } from '@scholium/server/core/domain/artifact.ts';
import { cite } from '@scholium/server/core/domain/passage.ts';
import type { StudySentence, Writer } from '@scholium/server/core/ports/writer.ts';
import type { BenchTable } from '../bench-table.ts';
import { recogniseSample } from './recognise-sample.ts';
import { remembering } from './search-bed.ts';
import { numbered, sampleFile } from './sentences.ts';

const signal = new AbortController().signal;
const HOURS_3_SENTENCES = 2000;

/** How good the extractive notes are: on the sample's text, and on what PocketSphinx hears of it. */
export async function run(): Promise<BenchTable> {
  const embedder = remembering(createEnergeticEmbedder());
  const writer = createExtractiveWriter({ embedder });
  try {
    const text = await readFile(sampleFile('how-memory-works.txt'), 'utf8');
    const rows = [
      ...(await noteRows(writer, 'reference', timed(text))),
      ...(await noteRows(writer, 'recognised', await recogniseSample(signal))),
      await pkRow(writer, text),
      await speedRow(writer, timed(text)),
    ];
    return { name: 'Notes without a language model', rows };
  } finally {
    await writer.close();
    await embedder.close();
  }
}

type Row = BenchTable['rows'][number];

async function noteRows(writer: Writer, what: string, sentences: readonly StudySentence[]): Promise<Row[]> {
  const drafts = await write(writer, sentences);
  const shown = drafts.flatMap(shownSentences);
  const whole = shown.filter((text) => /^["'(]*[\p{Lu}\p{N}].*[.!?]["')]*$/su.test(text)).length / shown.length;
  const doubles = drafts.reduce((sum, draft) => sum + repeated(shownSentences(draft)), 0);
  const given = new Set(sentences.map((sentence) => JSON.stringify(cite(sentence))));
  const citations = drafts.flatMap((draft) => draft.citations);
  const grounded = citations.filter((citation) => given.has(JSON.stringify(citation))).length / citations.length;
  return [
    { what: `${what}: sentences shown`, value: shown.length, unit: '' },
    { what: `${what}: of them whole`, value: whole * 100, unit: '%', goal: '100 %', ok: whole === 1 },
    { what: `${what}: said twice in one artifact`, value: doubles, unit: '', goal: '0', ok: doubles === 0 },
    { what: `${what}: citations that hold`, value: grounded * 100, unit: '%', goal: '100 %', ok: grounded === 1 },
    { what: `${what}: chapters`, value: contentOf(drafts, 'chapters')?.chapters.length ?? 0, unit: '' },
    { what: `${what}: explained terms`, value: contentOf(drafts, 'key_terms')?.terms.length ?? 0, unit: '' },
    { what: `${what}: cards`, value: contentOf(drafts, 'flashcards')?.cards.length ?? 0, unit: '' },
    { what: `${what}: questions`, value: contentOf(drafts, 'practice_questions')?.questions.length ?? 0, unit: '' },
  ];
}

/** How often two sentences half a paragraph apart are wrongly put into one chapter or into two (Beeferman 1999). */
async function pkRow(writer: Writer, text: string): Promise<Row> {
  const sentences = timed(text);
  const [draft] = await writer.write({ material: materialOf(sentences), kinds: ['chapters'], length: 1 }, signal);
  const starts =
    contentOf(draft ? [draft] : [], 'chapters')?.chapters.map(({ startMs }) =>
      sentences.findIndex((one) => one.startMs === startMs),
    ) ?? [];
  let next = 0;
  const paragraphs = paragraphsOf(text).map((paragraph) => (next += paragraph.length) - paragraph.length);
  const value = pk(paragraphs, starts, sentences.length);
  return { what: 'reference: Pk of chapters against paragraphs', value, unit: '', goal: '<= 0.25', ok: value <= 0.25 };
}

async function speedRow(writer: Writer, sentences: readonly StudySentence[]): Promise<Row> {
  const long = Array.from({ length: HOURS_3_SENTENCES }, (_, i) => {
    const source = sentences[(i * 7) % sentences.length];
    return `${source?.text.replace(/[.?!]$/, '') ?? ''} in part ${i % 101}.`;
  });
  const startedAt = performance.now();
  await write(writer, numbered(long));
  const seconds = (performance.now() - startedAt) / 1000;
  return {
    what: 'all notes of a 3-hour lecture (2,000 sentences)',
    value: seconds,
    unit: 's',
    goal: '<= 25 s',
    ok: seconds <= 25,
  };
}

function write(writer: Writer, sentences: readonly StudySentence[]): Promise<readonly ArtifactDraft[]> {
  return writer.write({ material: materialOf(sentences), kinds: artifactKinds, length: 1 }, signal);
}

function materialOf(sentences: readonly StudySentence[]): {
  title: string;
  language: string;
  sentences: readonly StudySentence[];
} {
  return { title: 'How memory works', language: 'en', sentences };
}

/** What stands as running text in an artifact. */
function shownSentences({ kind, content }: ArtifactDraft): string[] {
  const drafts = [{ kind, content, citations: [] }];
  return [
    ...(contentOf(drafts, 'summary')?.passages.map(({ text }) => text) ?? []),
    ...(contentOf(drafts, 'outline')?.sections.flatMap(({ points }) => points.map(({ text }) => text)) ?? []),
    ...(contentOf(drafts, 'key_terms')?.terms.map(({ explanation }) => explanation) ?? []),
    ...(contentOf(drafts, 'flashcards')?.cards.map(({ back }) => back) ?? []),
  ];
}

function contentOf<K extends ArtifactKind>(drafts: readonly ArtifactDraft[], kind: K): ArtifactContents[K] | undefined {
  return drafts.find((draft) => draft.kind === kind)?.content as ArtifactContents[K] | undefined; // the kind says which content it is
}

function repeated(texts: readonly string[]): number {
  return texts.length - new Set(texts.map((text) => text.toLowerCase())).size;
}

function paragraphsOf(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.trim().split(/(?<=[.?!])\s+/));
}

/** Sentences with the pauses of the recording: half a second after each, a second more after a paragraph. */
function timed(text: string): StudySentence[] {
  let now = 0;
  const gaps = paragraphsOf(text).flatMap((paragraph) => paragraph.map((_, i) => (i === paragraph.length - 1 ? 1850 : 850)));
  return numbered(paragraphsOf(text).flat()).map((sentence, i) => {
    const startMs = now;
    const endMs = startMs + sentence.text.split(' ').length * 390;
    now = endMs + (gaps[i] ?? 0);
    return { ...sentence, startMs, endMs };
  });
}

function pk(reference: readonly number[], found: readonly number[], count: number): number {
  const labels = (starts: readonly number[]) =>
    Array.from({ length: count }, (_, i) => starts.filter((start) => start <= i).length);
  const [right, made] = [labels(reference), labels(found)];
  const window = Math.max(2, Math.round(count / reference.length / 2));
  let wrong = 0;
  for (let i = 0; i + window < count; i++) if ((right[i] === right[i + window]) !== (made[i] === made[i + window])) wrong++;
  return wrong / (count - window);
}
