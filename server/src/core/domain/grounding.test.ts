import { artifactKinds, type Citation, type Word } from '@scholium/contract';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aDocument } from '../../../testkit/builders.ts';
import { firstSentenceWriter } from '../../../testkit/first-sentence-writer.ts';
import type { ArtifactDraft } from './artifact.ts';
import { claimsOf, withCites } from './claims.ts';
import { citationFault, citedTexts, type CitableText, groundAnswer, groundCitations, UNSUPPORTED_ANSWER } from './grounding.ts';
import { wordsOf } from './transcript.ts';

type TestTranscript = Extract<CitableText, { segments: unknown }>;

function transcriptOf(sentences: readonly (readonly string[])[]): TestTranscript {
  let clock = 0;
  const segments = sentences.map((texts, id) => {
    const words: Word[] = texts.map((text) => ({ text, startMs: (clock += 10), endMs: (clock += 90), confidence: 1 }));
    const [startMs, endMs] = [words[0]?.startMs ?? clock, words.at(-1)?.endMs ?? clock];
    return { id, startMs, endMs, speaker: null, text: texts.join(' '), confidence: 1, words };
  });
  return {
    lectureId: 'lec',
    sourceId: 'src',
    version: 3,
    engine: 'test',
    model: 'test',
    language: 'en',
    durationMs: clock,
    draftQuality: false,
    origin: 'machine',
    baseVersion: null,
    task: 'transcribe',
    segments,
  };
}

function citationOf(transcript: TestTranscript, firstWord: number, lastWord: number): Citation {
  const words = wordsOf(transcript).slice(firstWord, lastWord + 1);
  return {
    lectureId: transcript.lectureId,
    sourceId: transcript.sourceId,
    kind: 'recording',
    textVersion: transcript.version,
    quote: words.map((word) => word.text).join(' '),
    startMs: words[0]?.startMs ?? null,
    endMs: words.at(-1)?.endMs ?? null,
    firstWord,
    lastWord,
    page: null,
    startChar: null,
    endChar: null,
  };
}

const word = fc.stringMatching(/^[a-z]{1,6}$/);
const transcripts = fc.array(fc.array(word, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 6 }).map(transcriptOf);
/** A transcript with a true citation of some of its words. */
const cited = transcripts.chain((transcript) => {
  const last = wordsOf(transcript).length - 1;
  return fc
    .tuple(fc.integer({ min: 0, max: last }), fc.integer({ min: 0, max: last }))
    .map(([a, b]) => ({ transcript, citation: citationOf(transcript, Math.min(a, b), Math.max(a, b)) }));
});

function faultOf(transcript: TestTranscript, citation: Citation): string | null {
  return citationFault(citation, citedTexts([transcript])(citation));
}

describe('a citation of a recording', () => {
  it('is true when its quote and times are those of its word range', () => {
    fc.assert(fc.property(cited, ({ transcript, citation }) => faultOf(transcript, citation) === null));
  });

  it('may differ from the words in white space only', () => {
    fc.assert(
      fc.property(cited, ({ transcript, citation }) => {
        const quote = ` ${citation.quote.replaceAll(' ', '\n\t ')} `;
        return faultOf(transcript, { ...citation, quote }) === null;
      }),
    );
  });

  it('is false when one letter of the quote differs', () => {
    fc.assert(
      fc.property(cited, fc.nat(), ({ transcript, citation }, at) => {
        const position = at % citation.quote.length;
        const quote = `${citation.quote.slice(0, position)}X${citation.quote.slice(position + 1)}`;
        return faultOf(transcript, { ...citation, quote }) === 'other_words';
      }),
    );
  });

  it('is false when a time is off by any amount or missing', () => {
    const shift = fc.integer({ min: -5000, max: 5000 }).filter((ms) => ms !== 0);
    fc.assert(
      fc.property(cited, shift, fc.constantFrom('startMs', 'endMs'), ({ transcript, citation }, ms, which) => {
        const moved = { ...citation, [which]: (citation[which] ?? 0) + ms };
        return (
          faultOf(transcript, moved) === 'other_times' && faultOf(transcript, { ...citation, [which]: null }) === 'other_times'
        );
      }),
    );
  });

  it('is false when its range leaves the text, is turned round or missing', () => {
    fc.assert(
      fc.property(cited, fc.integer({ min: 0, max: 9 }), ({ transcript, citation }, beyond) => {
        const count = wordsOf(transcript).length;
        const ranges = [
          { lastWord: count + beyond },
          { firstWord: -1 - beyond },
          { firstWord: (citation.lastWord ?? 0) + 1 },
          { firstWord: null },
          { lastWord: null },
        ];
        return ranges.every((range) => faultOf(transcript, { ...citation, ...range }) === 'out_of_bounds');
      }),
    );
  });

  it('is false for another version, source, lecture or kind of source', () => {
    fc.assert(
      fc.property(cited, ({ transcript, citation }) => {
        const others: Partial<Citation>[] = [
          { textVersion: 4 },
          { sourceId: 'other' },
          { lectureId: 'other' },
          { kind: 'document' },
        ];
        return others.every((other) => faultOf(transcript, { ...citation, ...other }) === 'unknown_text');
      }),
    );
  });
});

describe('grounding of drafts', () => {
  const transcript = transcriptOf([
    ['the', 'moon', 'pulls'],
    ['the', 'sea', 'follows'],
  ]);
  const lookup = citedTexts([transcript]);
  const moon = citationOf(transcript, 0, 2);
  const sea = citationOf(transcript, 3, 5);
  const invented = { ...sea, quote: 'the sun pulls' };

  it('drops false citations, renumbers the rest, drops items left with none and names them', () => {
    const draft: ArtifactDraft = {
      kind: 'summary',
      citations: [invented, moon, sea],
      content: {
        passages: [
          { text: 'sun', cites: [0] },
          { text: 'sea and sun', cites: [2, 0, 2] },
          { text: 'moon', cites: [1] },
          { text: 'nowhere', cites: [7] },
        ],
      },
    };
    expect(groundCitations([draft], lookup)).toEqual([
      {
        kind: 'summary',
        citations: [moon, sea],
        content: {
          passages: [
            { text: 'sea and sun', cites: [1] },
            { text: 'moon', cites: [0] },
          ],
        },
        unsupported: ['sun', 'nowhere'],
      },
    ]);
  });

  it('drops outline sections without points and drafts without items', () => {
    const outline: ArtifactDraft = {
      kind: 'outline',
      citations: [moon, invented],
      content: {
        sections: [
          { title: 'true', points: [{ text: 'moon', cites: [0] }] },
          { title: 'false', points: [{ text: 'sun', cites: [1] }] },
        ],
      },
    };
    const cards: ArtifactDraft = {
      kind: 'flashcards',
      citations: [invented],
      content: { cards: [{ front: 'a', back: 'b', cites: [0] }] },
    };
    const grounded = groundCitations([outline, cards], lookup);
    expect(grounded).toEqual([
      {
        kind: 'outline',
        citations: [moon],
        content: { sections: [{ title: 'true', points: [{ text: 'moon', cites: [0] }] }] },
        unsupported: ['sun'],
      },
    ]);
  });

  it('keeps every kind of artifact as it is when all its citations are true', () => {
    const cites = [0];
    const drafts: ArtifactDraft[] = [
      { kind: 'chapters', citations: [moon], content: { chapters: [{ title: 't', startMs: 10, endMs: 90, page: null, cites }] } },
      { kind: 'key_terms', citations: [moon], content: { terms: [{ term: 't', explanation: 'e', cites }] } },
      { kind: 'flashcards', citations: [moon], content: { cards: [{ front: 'f', back: 'b', cites }] } },
      {
        kind: 'practice_questions',
        citations: [moon],
        content: { questions: [{ type: 'short-answer', question: 'q', options: [], answer: 'a', cites }] },
      },
    ];
    expect(groundCitations(drafts, lookup)).toEqual(drafts);
  });

  it.each(artifactKinds)('leaves of the kind %s only what rests on true citations, and names the rest', async (kind) => {
    const passage = { ...moon, text: moon.quote };
    const [draft] = await firstSentenceWriter().write(
      { material: { title: '', language: 'en', sentences: [passage] }, kinds: [kind], length: 1 },
      new AbortController().signal,
    );
    if (!draft) throw new Error('The writer of tests writes every kind.');
    expect(groundCitations([draft], lookup)).toEqual([draft]);
    const misquoted = { ...moon, quote: 'something else' };
    expect(groundCitations([{ ...draft, citations: [misquoted] }], lookup)).toEqual([]);
    expect(groundCitations([{ ...draft, citations: [] }], lookup)).toEqual([]);
    // Each item once more, resting on nothing.
    const twice = Object.fromEntries(
      Object.entries(draft.content).map(([list, items]: [string, object[]]) => [
        list,
        [...items, ...(withCites(items, () => [1]) as object[])],
      ]),
    );
    // Every kind is one list of items, each of which may stand there twice.
    const doubled = { ...draft, content: twice as unknown as ArtifactDraft['content'], citations: [moon, misquoted] };
    const [grounded] = groundCitations([doubled], lookup);
    expect(grounded).toMatchObject({
      content: draft.content,
      citations: [moon],
      unsupported: [claimsOf(draft.content)[0]?.text],
    });
  });

  it('leaves only true citations, each surviving item still citing what it cited', () => {
    const picks = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 5 })), { minLength: 1, maxLength: 6 });
    const items = fc.array(fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 4 }), { maxLength: 6 });
    fc.assert(
      fc.property(picks, items, (picks, items) => {
        const citations = picks.map(([honest, at]) => {
          const citation = citationOf(transcript, at, at);
          return honest ? citation : { ...citation, endMs: (citation.endMs ?? 0) + 1 };
        });
        const isTrue = (index: number): boolean => picks[index]?.[0] === true;
        const passages = items.map((cites, number) => ({ text: `item ${number}`, cites }));
        const [grounded] = groundCitations([{ kind: 'summary', citations, content: { passages } }], lookup);

        const expected = passages.filter((item) => item.cites.some(isTrue));
        const content = grounded?.content as { passages: typeof passages } | undefined; // the kind given was summary
        const found = (content?.passages ?? []).map((item) => ({
          text: item.text,
          cites: item.cites.map((index) => grounded?.citations[index]),
        }));
        expect(found).toEqual(
          expected.map((item) => ({
            text: item.text,
            cites: [...new Set(item.cites)].filter(isTrue).map((index) => citations[index]),
          })),
        );
      }),
    );
  });
});

describe('grounding of answers', () => {
  const transcript = transcriptOf([['the', 'moon', 'pulls']]);
  const lookup = citedTexts([transcript]);
  const citation = citationOf(transcript, 0, 2);

  it('keeps the true citations of a supported answer', () => {
    const invented = { ...citation, startMs: 0 };
    const draft = { answer: 'The moon.', supported: true, citations: [invented, citation] };
    expect(groundAnswer(draft, lookup)).toEqual({ answer: 'The moon.', supported: true, citations: [citation] });
  });

  it('turns an answer without a true citation into an unsupported one', () => {
    const draft = { answer: 'The sun.', supported: true, citations: [{ ...citation, quote: 'the sun pulls' }] };
    expect(groundAnswer(draft, lookup)).toEqual({ answer: UNSUPPORTED_ANSWER, supported: false, citations: [] });
  });

  it('gives an unsupported answer no citations', () => {
    const draft = { answer: 'Not said.', supported: false, citations: [citation] };
    expect(groundAnswer(draft, lookup)).toEqual({ answer: 'Not said.', supported: false, citations: [] });
  });
});

describe('a citation of a document', () => {
  const document = { ...aDocument(), version: 2 };
  const quote = 'Memory fades.';
  const startChar = document.pages[0]?.text.indexOf(quote) ?? -1;
  const place = { page: 1, startChar, endChar: startChar + quote.length };
  const noSound = { startMs: null, endMs: null, firstWord: null, lastWord: null };
  const { lectureId, sourceId } = document;
  const citation: Citation = { lectureId, sourceId, kind: 'document', textVersion: 2, quote, ...noSound, ...place };
  const fault = (change: Partial<Citation>) => {
    const changed = { ...citation, ...change };
    return citationFault(changed, citedTexts([document])(changed));
  };

  it('is true when the quote stands in the characters of the page', () => {
    expect(fault({})).toBeNull();
    expect(fault({ quote: 'Memory \n fades.' })).toBeNull();
  });

  it('is false for other words, places outside the page and other texts', () => {
    expect(fault({ quote: 'Memory stays.' })).toBe('other_words');
    expect(fault({ startChar: startChar + 1 })).toBe('other_words');
    expect(fault({ page: 2 })).toBe('out_of_bounds');
    expect(fault({ endChar: 10_000 })).toBe('out_of_bounds');
    expect(fault({ startChar: null })).toBe('out_of_bounds');
    expect(fault({ textVersion: 1 })).toBe('unknown_text');
    expect(fault({ kind: 'recording' })).toBe('unknown_text');
    expect(fault({ lectureId: 'another' })).toBe('unknown_text');
  });
});
