import type { DocumentText } from '../domain/document.ts';
import { documentSentences } from '../domain/document-sentences.ts';
import type { Passage } from '../domain/passage.ts';
import type { Transcript } from '../domain/transcript.ts';
import { isBy } from './speaks-in.ts';

/**
 * The sentences of a passage: the transcript's segments as far as they lie in it, each with its exact words and times.
 * Empty when the passage names no words of this transcript. With a `speaker`, only what that one says.
 */
export function sentencesOf(passage: Passage, transcript: Transcript, speaker?: string): Passage[] {
  const { firstWord, lastWord } = passage;
  if (firstWord === null || lastWord === null) return [];
  const sentences: Passage[] = [];
  let next = 0;
  for (const segment of transcript.segments) {
    const { words } = segment;
    const segmentStart = next;
    next += words.length;
    const from = Math.max(firstWord, segmentStart);
    const to = Math.min(lastWord, next - 1);
    const spoken = words.slice(from - segmentStart, to - segmentStart + 1);
    const [first, last] = [spoken[0], spoken.at(-1)];
    if (from > to || !first || !last || (speaker !== undefined && !isBy(segment, speaker))) continue;
    const text = spoken.map((word) => word.text).join(' ');
    sentences.push({ ...passage, text, startMs: first.startMs, endMs: last.endMs, firstWord: from, lastWord: to });
  }
  return sentences;
}

/** The sentences of a passage of a document, each with its exact place. */
export function documentSentencesOf(passage: Passage, document: DocumentText): Passage[] {
  const { page, startChar, endChar } = passage;
  if (page === null || startChar === null || endChar === null) return [];
  return documentSentences(document, { page, startChar, endChar });
}
