/** Cards to learn with a program that asks again at the right time. All texts are plain, on one line. */
export interface CardDeck {
  /** Stays the same for the lecture, however often it is exported. */
  readonly id: string;
  /** From the outermost deck to this one: course, lecture. */
  readonly path: readonly string[];
  readonly cards: readonly StudyCard[];
  /** Of the export: what is imported later wins. Milliseconds since 1970. */
  readonly madeAt: number;
}

export interface StudyCard {
  /** The same for the same question in the same lecture, so that importing again changes the card and adds none. */
  readonly guid: string;
  readonly content: CardContent;
  /** `How memory works, 03:25` */
  readonly source: string;
  /** Of that place in the web app; null when it is not known. */
  readonly url: string | null;
  readonly tags: readonly string[];
  /** What to hear with the answer; null when there is no sound of it. */
  readonly clip: ClipSpan | null;
}

export type CardContent =
  | { readonly kind: 'basic'; readonly front: string; readonly back: string }
  /** `before` and `after` surround the gap that `answer` fills. */
  | { readonly kind: 'cloze'; readonly before: string; readonly answer: string; readonly after: string }
  /** `options` holds `answer`. */
  | { readonly kind: 'choice'; readonly question: string; readonly options: readonly string[]; readonly answer: string };

/** A piece of a recording. Equal `name`s are equal pieces; letters, digits and hyphens. */
export interface ClipSpan {
  readonly name: string;
  readonly sourceId: string;
  readonly startMs: number;
  readonly endMs: number;
}
