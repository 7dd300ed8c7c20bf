import { expect, test } from 'vitest';
import { anArtifact } from '../../../testkit/builders.ts';
import { makeTranscript } from '../../../testkit/spoken-transcript.ts';
import type { Artifact } from '../domain/artifact.ts';
import type { GuideBlock } from '../domain/study-guide.ts';
import type { LectureDocument } from './lecture-document.ts';
import { studyGuideOf } from './study-guide-of.ts';

/** A sentence of 20 s, each word 1 s. */
const SENTENCE = Array.from({ length: 20 }, (_, index) => `word${index}`).join(' ');

function makeRecording(sourceId: string, sentences: number): LectureDocument['recordings'][number] {
  const transcript = makeTranscript(
    Array.from({ length: sentences }, () => SENTENCE),
    { sourceId, language: 'de' },
  );
  const slow = transcript.segments.map((segment) => ({
    ...segment,
    startMs: segment.startMs * 10,
    endMs: segment.endMs * 10,
    words: segment.words.map((word) => ({ ...word, startMs: word.startMs * 10, endMs: word.endMs * 10 })),
  }));
  const source = { id: sourceId, title: `Recording ${sourceId}`, fileName: 'a.mp3', mediaType: 'audio/mpeg', durationMs: null };
  return { source, transcript: { ...transcript, durationMs: transcript.durationMs * 10, segments: slow } };
}

function citing(sourceId: string, startMs: number | null, page: number | null = null): Artifact['citations'][number] {
  const kind = page === null ? ('recording' as const) : ('document' as const);
  return {
    lectureId: 'lec',
    sourceId,
    kind,
    textVersion: 1,
    quote: 'x',
    startMs,
    endMs: startMs,
    firstWord: 0,
    lastWord: 1,
    page,
    startChar: null,
    endChar: null,
  };
}

const chapters: Artifact = {
  ...anArtifact(),
  id: 'art',
  ownerId: 'ann',
  lectureId: 'lec',
  kind: 'chapters',
  title: 'Chapters',
  engine: 'openai',
  model: 'gpt',
  presetId: 'exam',
  presetVersion: 1,
  transcriptVersion: 2,
  createdAt: Date.UTC(2026, 10, 23),
  content: {
    chapters: [
      { title: 'Begin', startMs: 0, endMs: null, page: null, cites: [0] },
      { title: 'Middle', startMs: 190_000, endMs: null, page: null, cites: [1] },
      { title: 'Paper', startMs: null, endMs: null, page: 3, cites: [2] },
    ],
  },
  citations: [citing('a', 0), citing('a', 200_000), citing('doc', null, 3)],
};

function makeDocument(over: Partial<LectureDocument> = {}): LectureDocument {
  return {
    lecture: { id: 'lec/1', ownerId: 'ann', courseId: 'c', title: 'How\nmemory works', createdAt: Date.UTC(2026, 10, 22) },
    course: { id: 'c', title: 'Neuroscience' },
    recordings: [makeRecording('a', 20)],
    documents: [{ id: 'doc', title: 'Slides week 4', language: 'en' }],
    artifacts: [chapters],
    publicUrl: null,
    ...over,
  };
}

function speechOf(document: LectureDocument, section: number): readonly GuideBlock[] {
  return studyGuideOf(document).sections[section]?.blocks ?? [];
}

test('it says what it is made of, who made it and when, in the language of what was said', () => {
  const guide = studyGuideOf(makeDocument());
  expect(guide).toMatchObject({
    title: 'How memory works',
    course: 'Neuroscience',
    language: 'de',
    madeAt: Date.UTC(2026, 10, 23),
  });
  expect(guide.facts).toEqual([
    { label: 'Date', text: '2026-11-22' },
    { label: 'Recording', text: 'Recording a (06:40), words by test' },
    { label: 'Document', text: 'Slides week 4' },
  ]);
  expect(guide.sections[0]).toMatchObject({
    title: 'Chapters',
    remark: 'Made by openai (gpt) with the preset exam on 2026-11-23, from version 2 of the transcript.',
  });
});

test('notes say which engine was asked first and why it did not write them', () => {
  const document = makeDocument();
  const fallback = { engine: 'openai', model: 'gpt', code: 'model_unreachable', detail: 'It does not answer.' };
  const [first, ...rest] = document.artifacts;
  if (!first) throw new Error('The document of tests has artifacts.');
  const [section] = studyGuideOf({
    ...document,
    artifacts: [{ ...first, engine: 'extractive', model: '', fallback }, ...rest],
  }).sections;
  expect(section?.remark).toContain('Made by extractive, as openai (gpt) could not (It does not answer), with the preset exam');
});

test('chapters head the transcript where they begin, and a paragraph begins with each', () => {
  const blocks = speechOf(makeDocument(), 1);
  const headings = blocks.flatMap((block, index) =>
    block.kind === 'heading' ? [[block.title, blocks[index + 1]] as const] : [],
  );
  expect(headings.map(([title]) => title)).toEqual(['Begin', 'Middle']);
  expect(headings[1]?.[1]).toMatchObject({ kind: 'speech', place: { label: '03:20' } });
});

test('a time leads to the paragraph that holds it, in the document', () => {
  const document = makeDocument();
  const timeline = studyGuideOf(document).sections[0]?.blocks[0];
  if (timeline?.kind !== 'timeline') throw new Error('not a timeline');
  const place = timeline.items[1]?.places[0];
  expect(place).toMatchObject({ label: '03:10', url: null });
  const speech = speechOf(document, 1).find((block) => block.kind === 'speech' && block.anchor === place?.anchor);
  expect(speech).toMatchObject({ kind: 'speech', place: { label: expect.stringMatching(/^0[0-3]:/) } });
});

test('a time leads to its second in the web app where its address is known', () => {
  const timeline = studyGuideOf(makeDocument({ publicUrl: 'https://scholium.example.org/' })).sections[0]?.blocks[0];
  if (timeline?.kind !== 'timeline') throw new Error('not a timeline');
  expect(timeline.items.map(({ places }) => places[0]?.url)).toEqual([
    'https://scholium.example.org/lectures/lec%2F1?source=a&t=0',
    'https://scholium.example.org/lectures/lec%2F1?source=a&t=190',
    'https://scholium.example.org/lectures/lec%2F1?source=doc&page=3',
  ]);
});

test('a place in a document is its title and page', () => {
  const timeline = studyGuideOf(makeDocument()).sections[0]?.blocks[0];
  if (timeline?.kind !== 'timeline') throw new Error('not a timeline');
  expect(timeline.items[2]?.places).toEqual([{ label: 'Slides week 4, p. 3', url: null, anchor: null }]);
});

test('of several recordings each has its transcript, and times say which', () => {
  const guide = studyGuideOf(makeDocument({ recordings: [makeRecording('b', 2), makeRecording('a', 20)] }));
  expect(guide.sections.map(({ title }) => title)).toEqual([
    'Chapters',
    'Transcript 1: Recording b',
    'Transcript 2: Recording a',
  ]);
  const timeline = guide.sections[0]?.blocks[0];
  expect(timeline).toMatchObject({ items: [{ places: [{ label: 'rec. 2, 00:00', anchor: 'speech-2-1' }] }, {}, {}] });
});

test('a place whose recording is gone leads nowhere', () => {
  const guide = studyGuideOf(makeDocument({ recordings: [] }));
  expect(guide.language).toBe('en');
  expect(guide.sections).toHaveLength(1);
  expect(guide.sections[0]?.blocks[0]).toMatchObject({ items: [{ places: [{ label: '00:00', anchor: null }] }, {}, {}] });
});

test('anchors are distinct', () => {
  const guide = studyGuideOf(makeDocument({ recordings: [makeRecording('b', 20), makeRecording('a', 20)] }));
  const anchors = guide.sections.flatMap(({ anchor, blocks }) => [
    anchor,
    ...blocks.flatMap((block) => ('anchor' in block ? [block.anchor] : [])),
  ]);
  expect(new Set(anchors).size).toBe(anchors.length);
  expect(anchors.length).toBeGreaterThan(10);
});
