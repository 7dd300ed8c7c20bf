import type { Citation } from '@scholium/contract';
import type { NumberedSentences } from './numbered-sentences.ts';

/** `[S3 "words"]`, `[S3: "words"]`, `[S3]`, `[S3, S5]` */
const MARK = /^\[\s*(S\d+[^\]]*)\]$/i;
const PART = /S(\d+)\s*[:,]?\s*(?:["“”«]([^"“”»]*)["“”»])?/gi;
/** A bracket that is still open after so many characters is text. */
const LONGEST_MARK = 400;

/**
 * Reads an answer as a model writes it: marks like `[S3 "words"]` become `[1]`, `[2]`, ... in the order of `citations`, false
 * ones vanish. Text comes out as soon as it is certain.
 */
export class CitedAnswer {
  readonly #given: NumberedSentences;
  readonly #citations: Citation[] = [];
  readonly #unsupported: string[] = [];
  #text = '';
  #held = '';

  constructor(given: NumberedSentences) {
    this.#given = given;
  }

  /** Adds what the model said next; returns what can be shown of it. */
  add(delta: string): string {
    this.#held += delta;
    let shown = '';
    for (;;) {
      // The space before a mark goes with it when it is false.
      const open = this.#held.search(/\s*(?:\[|$)/);
      shown += this.#held.slice(0, open);
      this.#held = this.#held.slice(open);
      const bracket = this.#held.indexOf('[');
      if (bracket < 0) break;
      const close = this.#held.indexOf(']');
      if (close < 0 && this.#held.length <= LONGEST_MARK) break;
      const end = close < 0 ? bracket + 1 : close + 1;
      const [space, mark] = [this.#held.slice(0, bracket), this.#held.slice(bracket, end)];
      const read = this.#mark(mark, this.#text + shown);
      shown += read === '' ? '' : space + read;
      this.#held = this.#held.slice(end);
    }
    this.#text += shown;
    return shown;
  }

  /** Nothing more comes: returns what was held back. */
  end(): string {
    const rest = this.#held;
    this.#held = '';
    this.#text += rest;
    return rest;
  }

  get text(): string {
    return this.#text.trim();
  }

  get citations(): readonly Citation[] {
    return this.#citations;
  }

  /** Sentences all of whose marks were false. */
  get unsupported(): readonly string[] {
    return this.#unsupported;
  }

  #mark(mark: string, before: string): string {
    const inside = MARK.exec(mark)?.[1];
    if (inside === undefined) return mark;
    const found = [...inside.matchAll(PART)].flatMap(([, number, quote]) => {
      const id = `S${number}`;
      // A bare number rests on the whole sentence.
      const words = quote ?? this.#given.find(id)?.text;
      return (words && this.#given.citationOf({ id, quote: words })) || [];
    });
    if (found.length === 0) {
      const claim = lastSentence(before);
      if (claim !== '') this.#unsupported.push(claim);
      return '';
    }
    return found.map((citation) => `[${this.#place(citation) + 1}]`).join('');
  }

  #place(citation: Citation): number {
    const key = JSON.stringify(citation);
    const known = this.#citations.findIndex((other) => JSON.stringify(other) === key);
    return known >= 0 ? known : this.#citations.push(citation) - 1;
  }
}

function lastSentence(text: string): string {
  const plain = text.replaceAll(/\[\d+\]/g, '').trim();
  const cut = plain.slice(0, -1).search(/[.!?。！？](?=\s[^.!?。！？]*$)/u);
  return plain.slice(cut + 1).trim();
}
