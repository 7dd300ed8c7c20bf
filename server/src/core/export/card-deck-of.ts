import { artifactContentSchemas, type Citation } from '@scholium/contract';
import { createHash } from 'node:crypto';
import type { Artifact } from '../domain/artifact.ts';
import type { CardContent, CardDeck, ClipSpan, StudyCard } from '../domain/card-deck.ts';
import { MAX_CLIP_MS } from '../ports/media-decoder.ts';
import type { LectureDocument } from './lecture-document.ts';
import { oneLine } from './paragraphs.ts';
import { placesIn, type PlaceFinder } from './places.ts';

/** Speech is cut at word edges, which are heard a little before and after what the engine says. */
const PADDING_MS = 300;
const GAP = /_{3,}/g;

/** The lecture's flashcards and practice questions, each with what to hear. */
export function cardDeckOf(document: LectureDocument, madeAt: number): CardDeck {
  const { lecture, course, artifacts } = document;
  const finder = placesIn(document);
  const all = artifacts.flatMap((artifact) => cardsOf(artifact).map((card) => complete(card, artifact, document, finder)));
  // Flashcards and practice questions may ask the same.
  const cards = all.filter((card, index) => all.findIndex((other) => isSame(card, other)) === index);
  return {
    id: hashOf('deck', lecture.ownerId, lecture.id),
    path: ['Scholium', course?.title ?? '', lecture.title].map(oneLine).filter((name) => name !== ''),
    cards: cards.map((card, index) => ({ ...card, guid: distinct(card.guid, cards, index) })),
    madeAt,
  };
}

interface RawCard {
  readonly content: CardContent;
  readonly cites: readonly number[];
}

function cardsOf({ kind, content }: Artifact): RawCard[] {
  if (kind === 'flashcards') {
    return artifactContentSchemas.flashcards
      .parse(content)
      .cards.map(({ front, back, cites }) => ({ content: gapOf(oneLine(front), oneLine(back)), cites }));
  }
  if (kind !== 'practice_questions') return [];
  return artifactContentSchemas.practice_questions.parse(content).questions.map(({ question, options, answer, cites }) => {
    const [asked, answered] = [oneLine(question), oneLine(answer)];
    const content: CardContent =
      options.length > 0
        ? { kind: 'choice', question: asked, options: options.map(oneLine), answer: answered }
        : gapOf(asked, answered);
    return { content, cites };
  });
}

/** A text with one gap becomes a cloze card, every other a question with its answer. */
function gapOf(front: string, back: string): CardContent {
  const gaps = [...front.matchAll(GAP)];
  const [gap] = gaps;
  if (!gap || gaps.length > 1) return { kind: 'basic', front, back };
  const [before, after] = [front.slice(0, gap.index), front.slice(gap.index + gap[0].length)];
  return { kind: 'cloze', before, answer: fillingOf(back, before, after), after };
}

/** What fills the gap, where the answer is the whole sentence: what it has not in common with the text around the gap. */
function fillingOf(answer: string, before: string, after: string): string {
  let [head, tail] = [Math.min(before.length, answer.length), Math.min(after.length, answer.length)];
  while (head > 0 && !answer.startsWith(before.slice(before.length - head))) head -= 1;
  while (tail > 0 && !answer.endsWith(after.slice(0, tail))) tail -= 1;
  const filling = answer.slice(head, answer.length - tail).trim();
  // An answer that has only a few letters in common with the text is the filling itself.
  return head + tail > answer.length / 2 && filling !== '' ? filling : answer;
}

function complete({ content, cites }: RawCard, artifact: Artifact, document: LectureDocument, finder: PlaceFinder): StudyCard {
  const { lecture, course } = document;
  const [place] = finder.ofCites(cites, artifact.citations);
  const title = oneLine(lecture.title);
  return {
    guid: hashOf('card', lecture.ownerId, lecture.id, questionOf(content)),
    content,
    source: place ? `${title}, ${place.label}` : title,
    url: place?.url ?? null,
    tags: ['scholium', course?.title ?? '', lecture.title, artifact.kind, artifact.presetId]
      .map(tagOf)
      .filter((tag) => tag !== ''),
    clip: clipOf(cites, artifact.citations, document),
  };
}

/** What makes a card the same card: its question, not its answer, and not where its words are from. */
function questionOf(content: CardContent): string {
  switch (content.kind) {
    case 'basic':
      return content.front;
    case 'cloze':
      return `${content.before}___${content.after}`;
    case 'choice':
      return content.question;
  }
}

/** The first cited place that can be heard. */
function clipOf(cites: readonly number[], citations: readonly Citation[], { recordings }: LectureDocument): ClipSpan | null {
  for (const cite of cites) {
    const { sourceId, startMs, endMs } = citations[cite] ?? { sourceId: '', startMs: null, endMs: null };
    const recording = recordings.find(({ source }) => source.id === sourceId);
    if (startMs === null || endMs === null || !recording) continue;
    const from = Math.max(0, startMs - PADDING_MS);
    const lengthMs = Math.max(recording.transcript.durationMs, recording.transcript.segments.at(-1)?.endMs ?? 0);
    const to = Math.min(endMs + PADDING_MS, from + MAX_CLIP_MS, lengthMs);
    if (to <= from) continue;
    return { name: `scholium-${hashOf('clip', sourceId, String(from), String(to))}`, sourceId, startMs: from, endMs: to };
  }
  return null;
}

function isSame(one: StudyCard, other: StudyCard): boolean {
  return one.guid === other.guid && JSON.stringify(one.content) === JSON.stringify(other.content);
}

/** Two presets may answer the same question in two ways: the second is another card. */
function distinct(guid: string, cards: readonly StudyCard[], index: number): string {
  const before = cards.slice(0, index).filter((card) => card.guid === guid).length;
  return before === 0 ? guid : hashOf(guid, String(before));
}

/** Tags are words: what is between them becomes `-`. */
function tagOf(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}_]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
    .toLowerCase();
}

/** 80 bits of it, as letters and digits. */
function hashOf(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 20);
}
