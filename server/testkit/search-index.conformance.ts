import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../src/core/domain/app-error.ts';
import type { IndexedPassage } from '../src/core/domain/passage.ts';
import { ownerScope, systemScope } from '../src/core/domain/scope.ts';
import type { QueryVector, SearchHit, SearchIndex, SearchQuery, SearchReply } from '../src/core/ports/search-index.ts';

const ann = ownerScope('ann');
const bob = ownerScope('bob');
const signal = new AbortController().signal;

/** A passage with every field filled; ids are `source:1:number`. */
export function makePassage(id: string, text: string, over: Partial<IndexedPassage> = {}): IndexedPassage {
  return {
    id,
    courseId: 'course',
    lectureId: 'lecture',
    sourceId: id.split(':')[0] ?? id,
    kind: 'recording',
    textVersion: 1,
    text,
    context: '',
    startMs: 1000,
    endMs: 2500,
    firstWord: 3,
    lastWord: 7,
    page: null,
    startChar: null,
    endChar: null,
    ...over,
  };
}

/** A unit vector with 16 dimensions that points along the given weights. */
export function makeVector(weights: Readonly<Record<number, number>>): Float32Array {
  const vector = Float32Array.from({ length: 16 }, (_, index) => weights[index] ?? 0);
  const length = Math.hypot(...vector);
  return vector.map((component) => component / length);
}

function ids(hits: readonly SearchHit[]): string[] {
  return hits.map((hit) => hit.passage.id);
}

/**
 * What every `SearchIndex` must do. `makeIndex` gives an empty one; it is closed after each test.
 *
 * @example searchIndexConformance('MemorySearchIndex', async () => new MemorySearchIndex())
 */
export function searchIndexConformance(name: string, makeIndex: () => Promise<SearchIndex>): void {
  describe(`${name} as a search index`, () => {
    let index: SearchIndex;

    beforeEach(async () => {
      index = await makeIndex();
    });
    afterEach(() => index.close());

    function search(query: Partial<SearchQuery>, scope = ann): Promise<SearchReply> {
      return index.search(scope, { text: '', vector: null, filter: {}, limit: 10, ...query }, signal);
    }

    const tides = makePassage('s:1:0', 'The tides rise twice a day because the moon pulls at the water.');
    const cells = makePassage('s:1:1', 'A cell keeps its memory in long chains of acids.');
    const moon = makePassage('s:1:2', 'Our moon has no air.');

    describe('by words', () => {
      it('finds passages as soon as they are put in, best first, with all their fields', async () => {
        const documentPage = makePassage('t:2:0', 'Page four tells of volcanoes.', {
          kind: 'document',
          textVersion: 2,
          context: 'Geology',
          startMs: null,
          endMs: null,
          firstWord: null,
          lastWord: null,
          page: 4,
          startChar: 10,
          endChar: 39,
        });
        await index.replace(ann, 's', [cells, moon, tides]);
        await index.replace(ann, 't', [documentPage]);
        const reply = await search({ text: 'Why does the moon pull the tides?' });
        expect(ids(reply.hits)).toEqual(['s:1:0', 's:1:2']);
        expect(reply).toMatchObject({ degraded: false, mode: 'lexical' });
        expect(reply.hits[0]).toMatchObject({ passage: tides, cosine: null, overlap: 1 });
        expect(reply.hits[0]?.score).toBeGreaterThan(reply.hits[1]?.score ?? Infinity);
        expect(reply.hits[1]?.overlap).toBeCloseTo(1 / 3);
        expect((await search({ text: 'volcano' })).hits[0]?.passage).toEqual(documentPage);
      });

      it('finds the other forms of a word and words with diacritics', async () => {
        await index.replace(ann, 's', [tides, makePassage('s:1:5', 'The naïve café')]);
        expect(ids((await search({ text: 'tide' })).hits)).toEqual(['s:1:0']);
        expect(ids((await search({ text: 'cafe' })).hits)).toEqual(['s:1:5']);
      });

      it('finds words in languages that write no spaces', async () => {
        await index.replace(ann, 's', [makePassage('s:1:0', '潮汐是由月球的引力引起的'), makePassage('s:1:1', '细胞储存记忆')]);
        expect(ids((await search({ text: '月球' })).hits)).toEqual(['s:1:0']);
      });

      it.each([
        ['Chinese', '潮汐是由月球的引力引起的', '细胞储存记忆', '月球的引力'],
        ['Japanese', '潮の満ち引きは月の引力によって起こります', '細胞は記憶を保存します', '月の引力'],
        ['Japanese in katakana', 'コンピュータはデータを処理します', '細胞は記憶を保存します', 'データ'],
        ['Thai', 'น้ำขึ้นน้ำลงเกิดจากแรงดึงดูดของดวงจันทร์', 'เซลล์เก็บความทรงจำ', 'ดวงจันทร์'],
      ])('finds words inside of sentences in %s, and in a question around them', async (_language, about, other, word) => {
        await index.replace(ann, 's', [makePassage('s:1:0', about), makePassage('s:1:1', other)]);
        for (const text of [word, `${word}?`, `(${word}) ${word}`]) expect(ids((await search({ text })).hits)[0]).toBe('s:1:0');
        expect((await search({ text: word })).hits[0]?.overlap).toBe(1);
      });

      it('finds passages by their titles too', async () => {
        await index.replace(ann, 's', [makePassage('s:1:0', 'Let us begin.', { context: 'Oceanography' }), cells]);
        expect(ids((await search({ text: 'oceanography' })).hits)).toEqual(['s:1:0']);
      });

      it('gives no more than asked for', async () => {
        await index.replace(
          ann,
          's',
          Array.from({ length: 30 }, (_, number) => makePassage(`s:1:${number}`, `tide number ${number}`)),
        );
        expect((await search({ text: 'tide', limit: 4 })).hits).toHaveLength(4);
        expect((await search({ text: 'tide', limit: 0 })).hits).toHaveLength(0);
      });

      it('finds nothing where nothing matches or nothing is asked', async () => {
        await index.replace(ann, 's', [tides]);
        expect(await search({ text: 'parliament' })).toEqual({ hits: [], degraded: false, mode: 'lexical' });
        expect((await search({ text: '' })).hits).toEqual([]);
        expect((await search({ text: '?! -- ()' })).hits).toEqual([]);
      });
    });

    describe('by meaning', () => {
      const lunar = makeVector({ 0: 1, 1: 0.2 });
      const biology = makeVector({ 5: 1 });

      function meaning(values: Float32Array, embedderId = 'test'): QueryVector {
        return { embedderId, values };
      }

      it('lets meaning decide between passages whose words match alike', async () => {
        const first = makePassage('s:1:0', 'The bank is steep.');
        const second = makePassage('s:1:1', 'The bank is closed.');
        await index.replace(ann, 's', [first, second, moon]);
        await index.addVectors(ann, 'test', [
          { id: 's:1:0', vector: makeVector({ 0: 1 }) },
          { id: 's:1:1', vector: makeVector({ 0: 0.6, 1: 0.8 }) },
          { id: 's:1:2', vector: makeVector({ 9: 1 }) },
        ]);
        const reply = await search({ text: 'bank', vector: meaning(makeVector({ 0: 0.6, 1: 0.8 })) });
        expect(ids(reply.hits)).toEqual(['s:1:1', 's:1:0']);
        expect(reply).toMatchObject({ degraded: false, mode: 'hybrid' });
        expect(reply.hits[0]?.cosine).toBeCloseTo(1, 1);
        expect(reply.hits[1]?.cosine).toBeCloseTo(0.6, 1);
      });

      it('finds a passage that shares no word with the question', async () => {
        await index.replace(ann, 's', [tides, cells]);
        await index.addVectors(ann, 'test', [
          { id: 's:1:0', vector: lunar },
          { id: 's:1:1', vector: biology },
        ]);
        const reply = await search({ text: 'ebb and flow', vector: meaning(lunar) });
        expect(reply).toMatchObject({ degraded: false, mode: 'dense' });
        expect(reply.hits[0]).toMatchObject({ passage: tides, overlap: 0 });
        expect(reply.hits[0]?.cosine).toBeCloseTo(1, 1);
      });

      it('fuses both when few of the words match', async () => {
        await index.replace(ann, 's', [tides, makePassage('s:1:1', 'I forgot to draw the line.')]);
        await index.addVectors(ann, 'test', [
          { id: 's:1:0', vector: lunar },
          { id: 's:1:1', vector: biology },
        ]);
        const reply = await search({ text: 'draw oceans upward gravitationally', vector: meaning(lunar) });
        expect(ids(reply.hits)).toEqual(['s:1:0', 's:1:1']);
        expect(reply.mode).toBe('hybrid');
      });

      it('takes a vector that comes later, and fails when it does not come', async () => {
        await index.addVectors(ann, 'test', [{ id: 's:1:0', vector: lunar }]);
        const late = Promise.withResolvers<QueryVector>();
        const searching = search({ text: 'tides', vector: late.promise });
        late.resolve(meaning(lunar));
        expect((await searching).hits).toEqual((await search({ text: 'tides', vector: meaning(lunar) })).hits);
        const lost = Promise.reject(new AppError('cancelled', 'Stopped.'));
        lost.catch(() => {}); // the search looks at it later
        await expect(search({ text: 'tides', vector: lost })).rejects.toMatchObject({ code: 'cancelled' });
      });

      it('says that it is degraded when a vector was wanted and words alone decided', async () => {
        await index.replace(ann, 's', [tides]);
        const byWords = await search({ text: 'tides', vector: meaning(lunar) });
        expect(byWords).toMatchObject({ degraded: true, mode: 'lexical' });
        expect(ids(byWords.hits)).toEqual(['s:1:0']);
        expect((await search({ text: 'ebb', vector: meaning(lunar) })).degraded).toBe(true);
        expect((await search({ text: 'tides', vector: null })).degraded).toBe(false);
        expect((await search({ text: 'tides', vector: meaning(lunar) }, bob)).degraded).toBe(false);
      });

      it('never compares vectors of different embedders', async () => {
        await index.replace(ann, 's', [tides, moon]);
        await index.addVectors(ann, 'test', [{ id: 's:1:0', vector: lunar }]);
        expect(await search({ text: 'tides', vector: meaning(lunar, 'other') })).toMatchObject({ degraded: true });
        expect(await index.withoutVector(ann, 'other', 's')).toHaveLength(2);

        await index.addVectors(ann, 'other', [{ id: 's:1:0', vector: new Float32Array([0, 1]) }]);
        expect(await search({ text: 'tides', vector: meaning(lunar) })).toMatchObject({ degraded: true });
        const reply = await search({ text: 'tides', vector: meaning(new Float32Array([0, 1]), 'other') });
        expect(reply).toMatchObject({ degraded: false, mode: 'hybrid' });
        expect((await index.withoutVector(ann, 'other', 's')).map(({ id }) => id)).toEqual(['s:1:2']);
      });

      it('names the passages without a vector, in order, and ignores vectors of unknown passages', async () => {
        await index.replace(ann, 's', [tides, cells, moon]);
        expect(await index.withoutVector(ann, 'test', 's')).toEqual(
          [tides, cells, moon].map(({ id, text, context }) => ({ id, text, context })),
        );
        await index.addVectors(ann, 'test', [
          { id: 's:1:1', vector: biology },
          { id: 'gone:1:0', vector: lunar },
        ]);
        expect((await index.withoutVector(ann, 'test', 's')).map(({ id }) => id)).toEqual(['s:1:0', 's:1:2']);
        expect(await index.withoutVector(ann, 'test', 'gone')).toEqual([]);
        expect(await index.count(ann)).toBe(3);
      });

      it('keeps the vectors of passages that stay the same, and only those', async () => {
        await index.replace(ann, 's', [tides, cells]);
        await index.addVectors(ann, 'test', [
          { id: 's:1:0', vector: lunar },
          { id: 's:1:1', vector: biology },
        ]);
        await index.replace(ann, 's', [tides, { ...cells, text: 'A cell forgets.' }]);
        expect((await index.withoutVector(ann, 'test', 's')).map(({ id }) => id)).toEqual(['s:1:1']);
        expect((await search({ text: 'ebb', vector: meaning(biology) })).hits.map((hit) => hit.passage.text)).toEqual([
          tides.text,
        ]);
      });

      it('keeps the vector of a passage that stands elsewhere in a new version, and tells where', async () => {
        await index.replace(ann, 's', [tides, cells]);
        await index.addVectors(ann, 'test', [{ id: 's:1:0', vector: lunar }]);
        const moved = { ...tides, textVersion: 2, startMs: 9_000, endMs: 9_900, firstWord: 40, lastWord: 44 };
        await index.replace(ann, 's', [cells, moved]);
        expect((await index.withoutVector(ann, 'test', 's')).map(({ id }) => id)).toEqual(['s:1:1']);
        expect((await search({ text: 'tides' })).hits[0]?.passage).toEqual(moved);
      });
    });

    describe('what is replaced or removed', () => {
      it('vanishes at once', async () => {
        await index.replace(ann, 's', [tides, moon]);
        await index.addVectors(ann, 'test', [{ id: 's:1:0', vector: makeVector({ 0: 1 }) }]);
        await index.replace(ann, 's', [makePassage('s:2:0', 'Only volcanoes here.', { textVersion: 2 })]);
        const vector = { embedderId: 'test', values: makeVector({ 0: 1 }) };
        expect((await search({ text: 'tides moon', vector })).hits).toEqual([]);
        expect(ids((await search({ text: 'volcanoes' })).hits)).toEqual(['s:2:0']);
        await index.remove(ann, 's');
        expect((await search({ text: 'volcanoes' })).hits).toEqual([]);
        expect(await index.count(ann)).toBe(0);
      });

      it('leaves other sources as they are', async () => {
        await index.replace(ann, 's', [tides]);
        await index.replace(ann, 't', [makePassage('t:1:0', 'More tides.')]);
        await index.remove(ann, 's');
        await index.remove(ann, 'never there');
        expect(ids((await search({ text: 'tides' })).hits)).toEqual(['t:1:0']);
      });

      it('is replaced source by source, also when many are put in at once', async () => {
        const sources = Array.from({ length: 12 }, (_, number) => `s${number}`);
        await Promise.all(sources.map((source) => index.replace(ann, source, [makePassage(`${source}:1:0`, `tide ${source}`)])));
        expect(await index.count(ann)).toBe(12);
        expect(ids((await search({ text: 'tide', limit: 50 })).hits).sort()).toEqual(
          sources.map((source) => `${source}:1:0`).sort(),
        );
      });
    });

    describe('scope and filter', () => {
      it('keeps owners apart, by words and by meaning, also when ids are the same', async () => {
        const vector = makeVector({ 0: 1 });
        await index.replace(ann, 's', [tides]);
        await index.replace(bob, 's', [{ ...moon, id: 's:1:0' }]);
        await index.addVectors(ann, 'test', [{ id: 's:1:0', vector }]);
        const query = { text: 'tides water', vector: { embedderId: 'test', values: vector } };
        const [ofAnn, ofBob] = await Promise.all([search(query), search(query, bob)]);
        expect(ofAnn.hits.map((hit) => hit.passage.text)).toEqual([tides.text]);
        expect(ofBob.hits).toEqual([]);
        expect(await index.withoutVector(bob, 'test', 's')).toHaveLength(1);
        expect(await index.count(bob)).toBe(1);
        await index.remove(bob, 's');
        expect((await search({ text: 'tides' })).hits).toHaveLength(1);
      });

      it('lets the system see and remove everything, but put nothing in', async () => {
        await index.replace(ann, 's', [tides]);
        await index.replace(bob, 't', [makePassage('t:1:0', 'More tides.')]);
        expect(ids((await search({ text: 'tides' }, systemScope)).hits).sort()).toEqual(['s:1:0', 't:1:0']);
        expect(await index.count(systemScope)).toBe(2);
        await expect((async () => index.replace(systemScope, 's', []))()).rejects.toThrow('owner');
        await index.remove(systemScope, 't');
        expect(await index.count(bob)).toBe(0);
      });

      it('finds only what the filter lets through, by words and by meaning', async () => {
        await index.replace(ann, 'a', [
          makePassage('a:1:0', 'tide one', { lectureId: 'l1', courseId: 'c1', startMs: 100, endMs: 200 }),
        ]);
        await index.replace(ann, 'b', [
          makePassage('b:1:0', 'tide two', { lectureId: 'l2', courseId: 'c1', kind: 'document', startMs: null, endMs: null }),
        ]);
        await index.replace(ann, 'c', [makePassage('c:1:0', 'tide three', { lectureId: 'l3', courseId: 'c2' })]);
        const vector = makeVector({ 0: 1 });
        await index.addVectors(
          ann,
          'test',
          ['a:1:0', 'b:1:0', 'c:1:0'].map((id) => ({ id, vector })),
        );
        for (const text of ['tide', 'ebb']) {
          const found = async (filter: SearchQuery['filter']): Promise<string[]> =>
            ids((await search({ text, filter, vector: { embedderId: 'test', values: vector } })).hits).sort();
          expect(await found({})).toHaveLength(3);
          expect(await found({ courseId: 'c1' })).toEqual(['a:1:0', 'b:1:0']);
          expect(await found({ lectureIds: ['l1', 'l3'] })).toEqual(['a:1:0', 'c:1:0']);
          expect(await found({ lectureIds: [] })).toEqual([]);
          expect(await found({ kind: 'document' })).toEqual(['b:1:0']);
          expect(await found({ fromMs: 200 })).toEqual(['a:1:0', 'c:1:0']);
          expect(await found({ fromMs: 201 })).toEqual(['c:1:0']);
          expect(await found({ fromMs: 0, toMs: 999 })).toEqual(['a:1:0']);
          expect(await found({ toMs: 1000, courseId: 'c2' })).toEqual(['c:1:0']);
          expect(await found({ fromMs: 2501 })).toEqual([]);
          expect(await found({ courseId: 'c1', kind: 'recording', lectureIds: ['l1', 'l2'] })).toEqual(['a:1:0']);
        }
      });
    });

    describe('suggestions', () => {
      const suggest = async (text: string, more: { limit?: number; courseId?: string } = {}, scope = ann): Promise<string[]> =>
        (await index.suggest(scope, { text, limit: 10, ...more }, signal)).map((each) => each.text);

      it('complete the word that is being typed, the most frequent first, as soon as it is put in', async () => {
        await index.replace(ann, 's', [tides, moon, makePassage('s:1:7', 'The Moon has mountains.')]);
        expect(await suggest('mo')).toEqual(['moon', 'mountains']);
        expect(await suggest('Mo', { limit: 1 })).toEqual(['moon']);
        const [first] = await index.suggest(ann, { text: 'mo', limit: 1 }, signal);
        expect(first).toEqual({ text: 'moon', lectureIds: ['lecture'], passages: 3, edits: 0 });
        await index.replace(ann, 's', [cells]);
        expect(await suggest('mo')).toEqual([]);
        expect(await suggest('mem')).toEqual(['memory']);
        await index.remove(ann, 's');
        expect(await suggest('mem')).toEqual([]);
      });

      it('forgive a wrong letter from four letters on, two from eight on, and accents', async () => {
        await index.replace(ann, 's', [makePassage('s:1:0', 'Photosynthesis, the café and chlorophyll'), cells]);
        for (const typed of ['hpot', 'phto', 'phoot', 'photosin', 'pohtosin', 'hotosy']) {
          expect(await suggest(typed), typed).toEqual(['photosynthesis']);
        }
        expect(await suggest('CAFE')).toEqual(['café']);
        for (const typed of ['clor', 'clorophyll', 'chlorofyl']) expect(await suggest(typed), typed).toEqual(['chlorophyll']);
        for (const typed of ['hpo', 'phtoz', 'phz', 'hpotozinth']) expect(await suggest(typed), typed).toEqual([]);
      });

      it('complete phrases, and words beside those before them', async () => {
        const said = ['A black hole bends light.', 'The black hole is dark.', 'Black holes evaporate, and hot gas glows.'];
        await index.replace(
          ann,
          's',
          said.map((text, number) => makePassage(`s:1:${number}`, text)),
        );
        await index.replace(ann, 't', [makePassage('t:1:0', 'Houses are built.')]);
        expect(await suggest('black h')).toEqual(['black hole', 'black hot', 'black holes']);
        expect(await suggest('blakc hol')).toEqual(['black hole', 'black holes']);
        expect(await suggest('why do black hole ev')).toEqual(['why do black hole evaporate']);
        expect(await suggest('black ')).toEqual(['black hole']);
      });

      it('keep to the owner and to the course', async () => {
        await index.replace(ann, 's', [makePassage('s:1:0', 'tidal', { courseId: 'c1' })]);
        await index.replace(ann, 't', [makePassage('t:1:0', 'tidy', { courseId: 'c2', lectureId: 'l2' })]);
        await index.replace(bob, 's', [makePassage('s:1:0', 'tideland')]);
        expect(await suggest('tid')).toEqual(['tidy', 'tidal']);
        expect(await suggest('tid', { courseId: 'c2' })).toEqual(['tidy']);
        expect(await suggest('tid', { courseId: 'c3' })).toEqual([]);
        expect(await suggest('tid', {}, bob)).toEqual(['tideland']);
        expect(await suggest('tid', {}, ownerScope('nobody'))).toEqual([]);
        await index.replace(ann, 's', [makePassage('s:1:0', 'tidal', { courseId: 'c2' })]);
        expect(await suggest('tid', { courseId: 'c2' })).toEqual(['tidy', 'tidal']);
      });

      it('work in languages that write no spaces', async () => {
        await index.replace(ann, 's', [makePassage('s:1:0', '潮汐是由月球的引力引起的')]);
        expect(await suggest('月')).toEqual(['月球']);
        expect(await suggest('潮汐月')).toEqual(['潮汐月球']);
      });

      it('take any text, and stop when told to', async () => {
        await index.replace(ann, 's', [tides]);
        for (const text of [
          '',
          ' ',
          '%',
          "'; DROP TABLE",
          '\u0000',
          '\ud800',
          '*',
          '(a+)+$',
          'the '.repeat(10_000),
          'x'.repeat(1e6),
        ]) {
          expect(await suggest(text), text.slice(0, 20)).toEqual([]);
        }
        expect(await suggest('tid', { limit: 0 })).toEqual([]);
        await expect(index.suggest(ann, { text: 'tid', limit: 5 }, AbortSignal.abort())).rejects.toMatchObject({
          code: 'cancelled',
        });
        await expect(index.suggest(systemScope, { text: 'tid', limit: 5 }, signal)).rejects.toThrow(/one owner/);
      });
    });

    describe('hostile questions', () => {
      it('are read as words, never as syntax', async () => {
        await index.replace(ann, 's', [tides, moon]);
        const questions = [
          'tides (a+)+$',
          '"tides',
          'text:tides NOT moon',
          'tides* ^moon',
          'NEAR(tides moon, 1)',
          "tides'; DROP TABLE passage; --",
          '{tides} AND OR NOT',
          'tides\u0000moon\ud800',
        ];
        for (const text of questions) expect(ids((await search({ text })).hits)).toContain('s:1:0');
        await expect(search({ text: '(a+)+$' })).resolves.toMatchObject({ degraded: false });
        expect(await index.count(ann)).toBe(2);
      });

      it('are answered whatever they hold', async () => {
        await index.replace(ann, 's', [tides]);
        const text = fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string({ unit: fc.constantFrom(...`"'*^():{}+-,; ANDORNOT.\\%_`) }),
        );
        await fc.assert(
          fc.asyncProperty(text, async (text) => Array.isArray((await search({ text })).hits)),
          { numRuns: 50 },
        );
      });

      it('of a megabyte cost next to nothing', async () => {
        await index.replace(ann, 's', [tides]);
        const text = 'tides '.repeat(180_000);
        expect(ids((await search({ text })).hits)).toEqual(['s:1:0']);
        expect((await search({ text: 'x'.repeat(1_000_000) })).hits).toEqual([]);
      });
    });

    it('stops when it is told to', async () => {
      await index.replace(ann, 's', [tides]);
      const controller = new AbortController();
      controller.abort();
      const query = { text: 'tides', vector: null, filter: {}, limit: 5 };
      await expect(index.search(ann, query, controller.signal)).rejects.toMatchObject({ code: 'cancelled' });
    });

    it('says that it can be used', async () => {
      await expect(index.check()).resolves.not.toBe('');
    });
  });
}
