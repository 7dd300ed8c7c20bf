import type { Citation } from '@scholium/contract';
import { cite, type Passage } from '../domain/passage.ts';
import { quoteStandsIn } from './quote-match.ts';

/** How a model names what it rests a claim on. */
export interface NamedSource {
  readonly id: string;
  readonly quote: string;
}

/**
 * Sentences as a model is shown them, under ids that mean nothing elsewhere: `S1`, `S2`, ... Only these ids can be
 * cited, and only with words that stand there.
 */
export class NumberedSentences {
  readonly #sentences: readonly Passage[];
  readonly #offset: number;

  /** @param offset how many sentences of the same lecture come before the first: ids go on over windows */
  constructor(sentences: readonly Passage[], offset = 0) {
    this.#sentences = sentences;
    this.#offset = offset;
  }

  /** One line each. What could pass for the frame around them is made harmless. */
  render(): string {
    return this.#sentences.map(({ text }, index) => `S${this.#offset + index + 1} ${oneLine(text)}`).join('\n');
  }

  /** The sentence of an id; null for one that was not given. */
  find(id: string): Passage | null {
    const number = /^\s*S?(\d{1,7})\s*$/i.exec(id)?.[1];
    return number === undefined ? null : (this.#sentences[Number(number) - 1 - this.#offset] ?? null);
  }

  /**
   * The citation of what a model named: null when the id was never given, or the quoted words stand neither there nor in
   * the sentences beside it.
   */
  citationOf({ id, quote }: NamedSource): Citation | null {
    const sentence = this.find(id);
    if (!sentence) return null;
    if (quoteStandsIn(quote, sentence.text)) return cite(sentence);
    const at = this.#sentences.indexOf(sentence);
    const beside = [this.#sentences[at + 1], this.#sentences[at - 1]].find((other) => other && quoteStandsIn(quote, other.text));
    return beside ? cite(beside) : null;
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll('<', '‹').replaceAll('>', '›').trim();
}
