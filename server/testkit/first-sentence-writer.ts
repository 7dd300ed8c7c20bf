import type { ArtifactKind } from '@scholium/contract';
import { AppError } from '../src/core/domain/app-error.ts';
import type { ArtifactContents, ArtifactDraft } from '../src/core/domain/artifact.ts';
import { UNSUPPORTED_ANSWER } from '../src/core/domain/grounding.ts';
import { cite, type Passage } from '../src/core/domain/passage.ts';
import type { AnswerRequest, Writer, WriteRequest } from '../src/core/ports/writer.ts';

/** A `Writer` for tests: everything it writes is the first sentence it was given. Counts how often it wrote. */
export function firstSentenceWriter(): Writer & { readonly written: () => number } {
  let written = 0;
  return {
    engine: 'first-sentence',
    model: 'test',
    digest: 'first-sentence-1',
    written: () => written,
    async write({ material, kinds, onProgress }: WriteRequest, signal: AbortSignal) {
      if (signal.aborted) throw new AppError('cancelled', 'The work was cancelled.', { cause: signal.reason });
      written++;
      onProgress?.(1);
      const first = material.sentences[0];
      return first ? kinds.map((kind) => draftOf(kind, first)) : [];
    },
    async answer({ question, evidence, onDelta }: AnswerRequest, signal: AbortSignal) {
      if (signal.aborted) throw new AppError('cancelled', 'The work was cancelled.', { cause: signal.reason });
      const asked = wordsOf(question);
      const found = evidence
        .flatMap(({ sentences }) => sentences)
        .find(({ text }) => wordsOf(text).some((word) => asked.includes(word)));
      if (!found) return { answer: UNSUPPORTED_ANSWER, supported: false, citations: [] };
      onDelta?.(found.text);
      return { answer: found.text, supported: true, citations: [cite(found)] };
    },
    async close() {},
  };
}

function draftOf(kind: ArtifactKind, sentence: Passage): ArtifactDraft {
  const { text, startMs, endMs, page } = sentence;
  const cites = [0];
  const contents: ArtifactContents = {
    summary: { passages: [{ text, cites }] },
    outline: { sections: [{ title: 'All', points: [{ text, cites }] }] },
    chapters: { chapters: [{ title: 'All', startMs, endMs, page, cites }] },
    key_terms: { terms: [{ term: text.split(' ')[0] ?? text, explanation: text, cites }] },
    flashcards: { cards: [{ front: 'How does it begin?', back: text, cites }] },
    practice_questions: {
      questions: [{ type: 'short-answer', question: 'How does it begin?', options: [], answer: text, cites }],
    },
    action_items: { items: [{ task: text, who: null, due: null, cites }] },
    study_plan: {
      sessions: [
        {
          title: 'All',
          goal: 'Say how it begins.',
          minutes: 10,
          material: [{ title: 'All', startMs, endMs, page, cites }],
          cards: [],
          questions: [],
        },
      ],
    },
  };
  return { kind, content: contents[kind], citations: [cite(sentence)] };
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 4);
}
