import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allowedEdits, distanceFrom, fold } from './edit-distance.ts';
import { nearWords } from './near-words.ts';
import { sourceTerms } from './source-terms.ts';
import { Vocabulary } from './vocabulary.ts';

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd', 'é'), maxLength: 9 });

describe('distanceFrom', () => {
  it('agrees with the plain definition, for whole words and for beginnings', () => {
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 3 }), (typed, other, most) => {
        const capped = (distance: number): number => Math.min(distance, most + 1);
        const beginnings = Array.from({ length: other.length + 1 }, (_, length) => plainDistance(typed, other.slice(0, length)));
        const [toBeginning, toWord] = [distanceFrom(typed, most, 'beginning'), distanceFrom(typed, most, 'word')];
        for (let again = 0; again < 2; again++) {
          expect(toBeginning(other)).toBe(capped(Math.min(...beginnings)));
          expect(toWord(other)).toBe(capped(plainDistance(typed, other)));
          toBeginning('bcd'.repeat(4));
          toWord('abcd');
        }
      }),
    );
  });

  it('forgives nothing in short words, one letter in longer and two in long ones', () => {
    expect([1, 3, 4, 7, 8, 30].map(allowedEdits)).toEqual([0, 0, 1, 1, 2, 2]);
    expect(fold('ÉÀß Straße')).toBe('eaß straße');
  });
});

describe('nearWords', () => {
  it('finds what comparing with each word finds', () => {
    const lists = fc.uniqueArray(word, { maxLength: 40 }).map((words) => words.sort().map((folded) => ({ folded })));
    fc.assert(
      fc.property(lists, word, fc.integer({ min: 0, max: 2 }), (words, typed, most) => {
        for (const to of ['word', 'beginning'] as const) {
          const found = new Map<string, number>();
          nearWords(words, typed, most, to, (from, end, edits) => {
            for (const { folded } of words.slice(from, end)) found.set(folded, edits);
          });
          const distanceTo = distanceFrom(typed, most, to);
          const wanted = words.flatMap(({ folded }) =>
            distanceTo(folded) <= most ? [[folded, distanceTo(folded)] as const] : [],
          );
          // A beginning with one wrong letter is not read on to see whether it has none.
          const same = ([folded, edits]: readonly [string, number]): [string, number] => [
            folded,
            to === 'beginning' ? Math.max(edits, Math.min(most, 1)) : edits,
          ];
          expect(new Map([...found].map(same))).toEqual(new Map(wanted.map(same)));
        }
      }),
    );
  });
});

describe('sourceTerms', () => {
  it('counts passages, leaves out what says nothing, and keeps phrases that come again', () => {
    const terms = sourceTerms(['The black hole, the black hole!', 'A black-hole in 2024 it is.', 'Hole. Black hole']);
    expect(terms).toEqual([
      ['black', 3],
      ['hole', 3],
      ['black hole', 2],
    ]);
    expect(sourceTerms(['a'.repeat(41), 'to be or not', '12 34', 'ab'])).toEqual([['not', 1]]);
  });
});

describe('Vocabulary', () => {
  const put = (vocabulary: Vocabulary, source: string, ...texts: string[]): void =>
    vocabulary.put(source, { lectureId: `of ${source}`, courseId: 'c', terms: sourceTerms(texts) });

  it('holds just what its sources hold, however often they change', () => {
    const changes = fc.array(
      fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.array(fc.constantFrom('tide', 'tidal', 'tidy', 'moon')), fc.boolean()),
    );
    fc.assert(
      fc.property(changes, (steps) => {
        const [vocabulary, texts] = [new Vocabulary(), new Map<string, string[]>()];
        for (const [source, words, drop] of steps) {
          if (drop) vocabulary.drop(source);
          else put(vocabulary, source, ...words);
          if (drop) texts.delete(source);
          else texts.set(source, words);
        }
        const fresh = new Vocabulary();
        for (const [source, words] of texts) put(fresh, source, ...words);
        const sorted = (from: Vocabulary) =>
          from.suggest('ti', 10).map((each) => ({ ...each, lectureIds: each.lectureIds.toSorted() }));
        expect(sorted(vocabulary)).toEqual(sorted(fresh));
      }),
    );
  });

  it('names the lectures that hold a term most often first, at most five', () => {
    const vocabulary = new Vocabulary();
    for (let source = 1; source <= 7; source++) put(vocabulary, `s${source}`, ...Array.from({ length: source }, () => 'tide'));
    expect(vocabulary.suggest('ti', 1)[0]).toMatchObject({
      passages: 28,
      lectureIds: ['of s7', 'of s6', 'of s5', 'of s4', 'of s3'],
    });
  });

  it('answers within 30 ms over the words of 50,000 passages, wrong letters included', () => {
    const vocabulary = new Vocabulary();
    const syllables = ['ka', 'lo', 'mi', 'ne', 'pu', 'ra', 'si', 'to', 'vu', 'xe', 'bri', 'cha', 'dro', 'fle', 'gra', 'sto'];
    const spell = (number: number): string => [0, 4, 8, 12].map((bits) => syllables[(number >> bits) & 15]).join('');
    for (let source = 0; source < 170; source++) {
      const terms = Array.from({ length: 1500 }, (_, index) => [spell((source * 331 + index * index) % 60_000), 1] as const);
      vocabulary.put(`s${source}`, { lectureId: `l${source}`, courseId: `c${source % 10}`, terms });
    }
    const typed = ['k', 'ka', 'kalo', 'klao', 'stograxel', 'sotgraxek', 'brichadr', 'kalomine stogra', 'zzzzzzzz'];
    const times = Array.from({ length: 10 }, () => typed)
      .flat()
      .flatMap((text) => [undefined, 'c3'].map((courseId) => reckoned(() => vocabulary.suggest(text, 16, courseId))))
      .sort((a, b) => a - b);
    expect(times[Math.floor(times.length * 0.95)]).toBeLessThan(30);
  });
});

/** Milliseconds this thread reckoned: others on the same machine do not count. */
function reckoned(work: () => unknown): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

/** Optimal string alignment, written down as it is defined. */
function plainDistance(a: string, b: string): number {
  const known = new Map<string, number>();
  const distance = (i: number, j: number): number => {
    if (i === 0 || j === 0) return i + j;
    const key = `${i},${j}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const steps = [distance(i - 1, j) + 1, distance(i, j - 1) + 1, distance(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)];
    if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) steps.push(distance(i - 2, j - 2) + 1);
    const least = Math.min(...steps);
    known.set(key, least);
    return least;
  };
  return distance(a.length, b.length);
}
