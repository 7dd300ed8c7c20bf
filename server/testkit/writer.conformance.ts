import { artifactContentSchemas, artifactKinds } from '@scholium/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ArtifactDraft } from '../src/core/domain/artifact.ts';
import { cite } from '../src/core/domain/passage.ts';
import type { Evidence, Material, StudySentence, Writer } from '../src/core/ports/writer.ts';

const signal = new AbortController().signal;

/**
 * What every `Writer` must do. One writer serves all tests of the suite and is closed at its end.
 *
 * @example writerConformance('FirstSentenceWriter', async () => firstSentenceWriter())
 */
export function writerConformance(name: string, makeWriter: () => Promise<Writer>): void {
  describe(`${name} as a writer`, () => {
    let writer: Writer;
    let drafts: readonly ArtifactDraft[];

    beforeAll(async () => {
      writer = await makeWriter();
      drafts = await writer.write({ material: tides, kinds: artifactKinds, length: 1 }, signal);
    });
    afterAll(() => writer.close());

    it('names its engine, its model and what its text depends on', () => {
      expect([writer.engine, writer.model, writer.digest].every((text) => text.length > 0)).toBe(true);
    });

    it('writes at most one draft of each kind that was asked for, in a valid shape', async () => {
      expect(drafts.length).toBeGreaterThan(0);
      expect(new Set(drafts.map(({ kind }) => kind)).size).toBe(drafts.length);
      for (const { kind, content } of drafts) expect(artifactContentSchemas[kind].safeParse(content).error).toBeUndefined();
      const only = await writer.write({ material: tides, kinds: ['summary'], length: 1 }, signal);
      expect(only.map(({ kind }) => kind)).toEqual(['summary']);
    });

    it('cites only sentences it was given, and every item cites one that is there', () => {
      const given = tides.sentences.map((sentence) => JSON.stringify(cite(sentence)));
      for (const draft of drafts) {
        for (const citation of draft.citations) expect(given).toContain(JSON.stringify(citation));
        const cites = citesOf(draft.content);
        expect(cites.length).toBeGreaterThan(0);
        for (const index of cites) expect(draft.citations[index]).toBeDefined();
      }
    });

    it('gives the same text for the same material', async () => {
      expect(await writer.write({ material: tides, kinds: artifactKinds, length: 1 }, signal)).toEqual(drafts);
    });

    it('tells its progress from 0 to 1, never falling', async () => {
      const told: number[] = [];
      await writer.write(
        { material: tides, kinds: ['summary'], length: 1, onProgress: (fraction) => told.push(fraction) },
        signal,
      );
      expect(told.at(-1)).toBe(1);
      expect(told.every((fraction, i) => fraction >= (told[i - 1] ?? 0) && fraction <= 1)).toBe(true);
    });

    it('writes nothing about nothing, and takes any text', async () => {
      expect(await writer.write({ material: { ...tides, sentences: [] }, kinds: artifactKinds, length: 1 }, signal)).toEqual([]);
      const odd = [
        '?',
        '...',
        'Ja.',
        'ß'.repeat(5000),
        '日本語です。',
        '\ud800 x',
        'it it it it it it it',
        '<b>$&</b> {{x}}',
      ].map(sentence);
      for (const language of ['en', 'de', 'xx', '']) {
        const made = await writer.write(
          { material: { title: '', language, sentences: odd }, kinds: artifactKinds, length: 1 },
          signal,
        );
        for (const { kind, content } of made) expect(artifactContentSchemas[kind].safeParse(content).success).toBe(true);
      }
    });

    it('answers in sentences of the evidence and cites each', async () => {
      const told: string[] = [];
      const onDelta = (text: string): void => void told.push(text);
      const reply = await writer.answer({ question: 'What is a spring tide?', evidence: [evidence], onDelta }, signal);
      expect(told.join('')).toBe(reply.answer);
      expect(reply.supported).toBe(true);
      expect(reply.citations.length).toBeGreaterThan(0);
      const given = evidence.sentences.map((one) => JSON.stringify(cite(one)));
      for (const citation of reply.citations) expect(given).toContain(JSON.stringify(citation));
      expect(reply.answer).not.toBe('');
    });

    it('says so, without citations, when nothing supports an answer', async () => {
      for (const given of [[], [evidence]]) {
        const reply = await writer.answer({ question: 'Who painted the Mona Lisa?', evidence: given }, signal);
        expect(reply).toMatchObject({ supported: false, citations: [] });
        expect(reply.answer).not.toBe('');
      }
    });

    it('stops when it is aborted', async () => {
      const aborted = AbortSignal.abort();
      await expect(writer.write({ material: tides, kinds: artifactKinds, length: 1 }, aborted)).rejects.toMatchObject({
        code: 'cancelled',
      });
      await expect(writer.answer({ question: 'What is a spring tide?', evidence: [evidence] }, aborted)).rejects.toMatchObject({
        code: 'cancelled',
      });
    });
  });
}

/** A sentence of a recording, the n-th of its text. */
export function sentence(text: string, n: number): StudySentence {
  const count = text.split(' ').length;
  return {
    lectureId: 'lecture-1',
    sourceId: 'src_1',
    kind: 'recording',
    textVersion: 1,
    text,
    startMs: n * 6000,
    endMs: n * 6000 + 5000,
    firstWord: n * 100,
    lastWord: n * 100 + count - 1,
    page: null,
    startChar: null,
    endChar: null,
  };
}

const text = `The tide is the slow rise and fall of the sea. Tides are caused by the pull of the moon on the water. Most coasts have two
high tides every day. A spring tide is a high tide that is larger than usual. It happens when the sun and the moon pull together. A neap tide is a
small tide that comes when the sun and the moon pull apart. Harbour pilots read the tide table before a ship leaves. The tide table is a list of the times
and heights of the tides in one harbour. If a ship leaves at low tide, the keel may touch the ground. Tidal energy means making electricity from the
moving water. A tidal barrage is a dam that lets the tide in and holds the water back. Fish suffer from a barrage, because their way to the sea is closed.`;

const tides: Material = {
  title: 'Tides',
  language: 'en',
  sentences: text
    .replaceAll(/\s+/g, ' ')
    .split(/(?<=\.) /)
    .map(sentence),
};

const passage = sentence(tides.sentences.map((one) => one.text).join(' '), 0);
const evidence: Evidence = { passage, sentences: tides.sentences, cosine: null, overlap: 0.5 };

function citesOf(value: unknown): number[] {
  if (Array.isArray(value)) return value.flatMap(citesOf);
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, part]) => (key === 'cites' ? (part as number[]) : citesOf(part))); // the schema says so
}
