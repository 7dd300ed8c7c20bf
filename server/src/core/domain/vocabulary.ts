import { allowedEdits, fold } from './edit-distance.ts';
import { nearWords, placeOf } from './near-words.ts';
import type { CountedTerm } from './source-terms.ts';
import { wordPlaces } from './word-places.ts';

export interface VocabularySource {
  readonly lectureId: string;
  readonly courseId: string;
  readonly terms: readonly CountedTerm[];
}

export interface SuggestedTerm {
  /** What stands in the search box, completed. */
  readonly text: string;
  /** Lectures that hold it, those that hold it most often first; at most five. */
  readonly lectureIds: readonly string[];
  /** In how many passages the word or phrase stands. */
  readonly passages: number;
  /** How many letters differ from what was typed. */
  readonly edits: number;
}

interface Term {
  /** The spelling met first. */
  readonly text: string;
  readonly folded: string;
  readonly isPhrase: boolean;
  passages: number;
}

interface Found {
  readonly term: Term;
  readonly edits: number;
  readonly passages: number;
}

/** A word before the one that is being typed; `text` is what it is corrected to. */
interface HeadWord {
  readonly folded: string;
  readonly term: Term | null;
  readonly text: string | null;
  readonly edits: number;
}

/** Longest text that is looked at, and most words before the last one that have to stand in the same source. */
const LONGEST_TEXT = 200;
const MAX_HEAD_WORDS = 8;
/** Completions of a word that are tried against the words before it. */
const TRIED = 200;
const MAX_LECTURES = 5;

/**
 * The words and phrases of one owner's material, source by source, to complete what is being typed. All in memory: about
 * 100 bytes a word of each source. A look goes through all different words once (50,000: about a millisecond).
 */
export class Vocabulary {
  readonly #terms = new Map<string, Term>();
  #sorted: readonly Term[] = [];
  /** Those not yet among the sorted. */
  #added: Term[] = [];
  /** By course; made when asked for, until a source changes. */
  readonly #inCourses = new Map<string, ReadonlyMap<Term, number>>();
  readonly #sources = new Map<string, { lectureId: string; courseId: string; counts: ReadonlyMap<Term, number> }>();

  /** Puts the terms of a source in place of those it had. */
  put(sourceId: string, { lectureId, courseId, terms }: VocabularySource): void {
    this.drop(sourceId);
    const counts = new Map<Term, number>();
    for (const [text, passages] of terms) {
      const term = this.#termOf(text);
      term.passages += passages;
      counts.set(term, (counts.get(term) ?? 0) + passages);
    }
    this.#sources.set(sourceId, { lectureId, courseId, counts });
  }

  drop(sourceId: string): void {
    this.#inCourses.clear();
    for (const [term, passages] of this.#sources.get(sourceId)?.counts ?? []) {
      term.passages -= passages;
      if (term.passages <= 0) this.#terms.delete(term.folded);
    }
    this.#sources.delete(sourceId);
  }

  /**
   * Terms that begin like the last word of `text`, or like all of it, best first: fewest wrong letters, then most frequent.
   * Words before the last one are corrected too, and stand in the same source.
   */
  suggest(text: string, limit: number, courseId?: string): SuggestedTerm[] {
    const words = wordPlaces(text.slice(0, LONGEST_TEXT));
    const last = words.at(-1);
    if (!last || limit < 1) return [];
    const isOpen = last.end === Math.min(text.length, LONGEST_TEXT); // a space behind a word: it is finished
    const counts = courseId === undefined ? null : this.#countsIn(courseId);
    const typed = isOpen ? fold(last.word) : '';
    const head = (isOpen ? words.slice(0, -1) : words)
      .slice(-MAX_HEAD_WORDS)
      .map(({ word }) => this.#correct(fold(word), counts));
    const headEdits = head.reduce((sum, { edits }) => sum + edits, 0);
    const spelled = head.map(({ folded }) => folded);

    const found = this.#beginningWith(
      [...spelled, typed].join(' '),
      counts,
      limit,
      (term) => spelled.length === 0 || term.isPhrase,
    );
    const suggested = found.map((each) => this.#describe(each, each.term.text, [each.term], headEdits, courseId));
    if (spelled.length > 0 && typed !== '' && suggested.length < limit) {
      const before = head.flatMap(({ term }) => term ?? []);
      const lead = leadOf(text, words, head);
      for (const each of this.#beginningWith(typed, counts, TRIED, (term) => !term.isPhrase && !before.includes(term))) {
        if (suggested.length >= limit) break;
        const described = this.#describe(each, lead + each.term.text, [...before, each.term], headEdits, courseId);
        if (described.lectureIds.length > 0 && !suggested.some((other) => fold(other.text) === fold(described.text)))
          suggested.push(described);
      }
    }
    return suggested.slice(0, limit);
  }

  /** Wrong letters are only looked for when right ones give too little. */
  #beginningWith(
    typed: string,
    counts: ReadonlyMap<Term, number> | null,
    limit: number,
    accepts: (term: Term) => boolean,
  ): Found[] {
    const terms = this.#inOrder();
    const right = new Best(limit, counts, accepts);
    const end = placeOf(terms, `${typed}\uffff`); // no letter comes after that one
    for (let place = placeOf(terms, typed); place < end; place++) right.offer(terms[place], 0);
    const most = allowedEdits(typed.length);
    if (right.found.length >= limit || most === 0) return right.found;
    const near = new Best(limit - right.found.length, counts, (term) => accepts(term) && !term.folded.startsWith(typed));
    nearWords(terms, typed, most, 'beginning', (from, end, edits) => {
      for (let place = from; place < end; place++) near.offer(terms[place], edits);
    });
    return [...right.found, ...near.found];
  }

  /** The word itself when it is known or nothing is near it, otherwise the nearest. */
  #correct(folded: string, counts: ReadonlyMap<Term, number> | null): HeadWord {
    const known = this.#terms.get(folded);
    const most = allowedEdits(folded.length);
    if (known || most === 0) return { folded, term: known ?? null, text: null, edits: 0 };
    const terms = this.#inOrder();
    const near = new Best(1, counts, (term) => !term.isPhrase);
    nearWords(terms, folded, most, 'word', (from, _end, edits) => near.offer(terms[from], edits));
    const [best] = near.found;
    if (!best) return { folded, term: null, text: null, edits: 0 };
    return { folded: best.term.folded, term: best.term, text: best.term.text, edits: best.edits };
  }

  /** All terms by their folded form. New ones are put in their places when somebody asks. */
  #inOrder(): readonly Term[] {
    if (this.#added.length > 0 || this.#sorted.length > this.#terms.size) {
      const added = this.#added.filter(isThere).sort(byForm);
      const merged: Term[] = [];
      let next = 0;
      for (const term of this.#sorted) {
        for (let other = added[next]; other && byForm(other, term) < 0; other = added[++next]) merged.push(other);
        if (isThere(term)) merged.push(term);
      }
      this.#sorted = [...merged, ...added.slice(next)];
      this.#added = [];
    }
    return this.#sorted;
  }

  #describe({ edits, passages }: Found, text: string, all: readonly Term[], headEdits: number, courseId?: string): SuggestedTerm {
    const word = all.at(-1);
    const lectures = new Map<string, number>();
    for (const source of this.#sources.values()) {
      if (courseId !== undefined && source.courseId !== courseId) continue;
      if (!word || !all.every((term) => source.counts.has(term))) continue;
      lectures.set(source.lectureId, (lectures.get(source.lectureId) ?? 0) + (source.counts.get(word) ?? 0));
    }
    const lectureIds = [...lectures].sort(([, a], [, b]) => b - a).map(([id]) => id);
    return { text, lectureIds: lectureIds.slice(0, MAX_LECTURES), passages, edits: edits + headEdits };
  }

  #countsIn(courseId: string): ReadonlyMap<Term, number> {
    const known = this.#inCourses.get(courseId);
    if (known) return known;
    const counts = new Map<Term, number>();
    this.#inCourses.set(courseId, counts);
    for (const source of this.#sources.values()) {
      if (source.courseId !== courseId) continue;
      for (const [term, passages] of source.counts) counts.set(term, (counts.get(term) ?? 0) + passages);
    }
    return counts;
  }

  #termOf(text: string): Term {
    const folded = /^[a-z]+$/.test(text) ? text : fold(text).replaceAll('-', ' ');
    const known = this.#terms.get(folded);
    if (known) return known;
    const term = { text, folded, isPhrase: folded.includes(' '), passages: 0 };
    this.#terms.set(folded, term);
    this.#added.push(term);
    return term;
  }
}

/** Collects the best terms, in order. */
class Best {
  readonly found: Found[] = [];
  readonly #limit: number;
  readonly #counts: ReadonlyMap<Term, number> | null;
  readonly #accepts: (term: Term) => boolean;

  /** @param counts in how many passages those stand that may be found; null: as they say themselves */
  constructor(limit: number, counts: ReadonlyMap<Term, number> | null, accepts: (term: Term) => boolean) {
    this.#limit = limit;
    this.#counts = counts;
    this.#accepts = accepts;
  }

  offer(term: Term | undefined, edits: number): void {
    const passages = term && (this.#counts ? this.#counts.get(term) : term.passages);
    if (!term || !passages) return;
    const found = { term, edits, passages };
    const worst = this.found.at(-1);
    if (this.found.length >= this.#limit && worst && byWorth(found, worst) > 0) return;
    if (!this.#accepts(term)) return;
    this.found.splice(this.found.findLastIndex((other) => byWorth(other, found) < 0) + 1, 0, found);
    if (this.found.length > this.#limit) this.found.pop();
  }
}

const isThere = ({ passages }: Term): boolean => passages > 0;
const byForm = (a: Term, b: Term): number => (a.folded < b.folded ? -1 : 1);

function byWorth(a: Found, b: Found): number {
  return (
    a.edits - b.edits ||
    b.passages - a.passages ||
    a.term.folded.length - b.term.folded.length ||
    (a.term.folded < b.term.folded ? -1 : 1)
  );
}

/** What stands before the word that is being typed, with its words corrected. */
function leadOf(
  text: string,
  words: readonly { readonly start: number; readonly end: number }[],
  head: readonly { readonly text: string | null }[],
): string {
  const first = words.length - 1 - head.length;
  let lead = text.slice(0, words[first]?.start ?? 0);
  let end = lead.length;
  for (const [index, { text: corrected }] of head.entries()) {
    const place = words[first + index];
    if (!place) break;
    lead += text.slice(end, place.start) + (corrected ?? text.slice(place.start, place.end));
    end = place.end;
  }
  return (lead + text.slice(end, words.at(-1)?.start)).trimStart();
}
