import { execFileSync } from 'node:child_process';
import type { GuideSection, Place, StudyGuide } from '../src/core/domain/study-guide.ts';
import { findOnPath } from './find-on-path.ts';

/** What text looks like that wants to be more than text. */
export const HOSTILE_TEXT =
  '<img src=x onerror=alert(1)> [x](javascript:alert(1)) {{c1::gap}} [sound:evil.mp3] [latex]\\input{/etc/passwd}[/latex] =HYPERLINK("http://evil") \\(\\href{javascript:1}{x}\\) & "quotes"';

const REMARK = 'Made by extractive (sentences) with the preset exam on 2026-11-23, from version 1 of the transcript.';

export function makePlace(over: Partial<Place> = {}): Place {
  return { label: '03:25', url: null, anchor: 'speech-1-1', ...over };
}

/** A guide with each kind of block; `text` stands in all of them. */
export function makeGuide(text: string, over: Partial<StudyGuide> = {}): StudyGuide {
  const places = [makePlace(), makePlace({ label: 'Slides, p. 3', anchor: null })];
  const sections: GuideSection[] = [
    {
      title: 'Outline',
      anchor: 'notes-1',
      remark: REMARK,
      blocks: [
        { kind: 'heading', title: 'The first part', anchor: 'notes-1-1' },
        { kind: 'points', items: [{ text, places }] },
        { kind: 'timeline', items: [{ text, places }] },
      ],
    },
    {
      title: 'Key terms',
      anchor: 'notes-2',
      remark: REMARK,
      blocks: [{ kind: 'terms', items: [{ term: text, explanation: text, places }] }],
    },
    {
      title: 'Flashcards',
      anchor: 'notes-3',
      remark: REMARK,
      blocks: [{ kind: 'cards', items: [{ front: text, back: text, places }] }],
    },
    {
      title: 'Practice questions',
      anchor: 'notes-4',
      remark: REMARK,
      blocks: [{ kind: 'questions', items: [{ question: text, options: ['one', text], answer: text, places }] }],
    },
    {
      title: 'Transcript',
      anchor: 'transcript-1',
      remark: null,
      blocks: [{ kind: 'speech', anchor: 'speech-1-1', place: makePlace({ anchor: null }), speaker: 'Ann', text }],
    },
  ];
  return {
    title: 'How memory works',
    course: 'Neuroscience',
    language: 'en',
    madeAt: Date.UTC(2026, 10, 23),
    facts: [{ label: 'Date', text: '2026-11-23' }],
    sections,
    ...over,
  };
}

/** A transcript of so many words, in paragraphs of 60, with nothing before it. */
export function makeLongGuide(words: number): StudyGuide {
  const vocabulary =
    'memory settles while people sleep and the hippocampus replays what happened during the day in short bursts'.split(' ');
  const paragraph = (index: number): string =>
    Array.from({ length: 60 }, (_, at) => vocabulary[(index * 7 + at) % vocabulary.length]).join(' ');
  const blocks = Array.from({ length: Math.ceil(words / 60) }, (_, index) => ({
    kind: 'speech' as const,
    anchor: `speech-1-${index + 1}`,
    place: makePlace({ anchor: null }),
    speaker: null,
    text: paragraph(index),
  }));
  return makeGuide('', { sections: [{ title: 'Transcript', anchor: 'transcript-1', remark: null, blocks }] });
}

/** What a reader of such files says. @throws Error when it cannot read the file */
export function readWith(program: string, args: readonly string[]): string {
  return execFileSync(findOnPath(program), args, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
