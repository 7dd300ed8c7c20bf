/**
 * A lecture as a document to read and print: sections of blocks, without any format. All texts are plain, on one line,
 * and may hold any characters: whoever writes a file of it makes them inert.
 */
export interface StudyGuide {
  readonly title: string;
  readonly course: string;
  /** BCP 47, of the lecture's own words; `und` when nobody said. */
  readonly language: string;
  /** Newest of what went in, so that the same content gives the same file. Milliseconds since 1970. */
  readonly madeAt: number;
  /** What stands under the title: `Date: 2026-11-23`, `Recording: ...`. */
  readonly facts: readonly { readonly label: string; readonly text: string }[];
  readonly sections: readonly GuideSection[];
}

export interface GuideSection {
  readonly title: string;
  /** Unique in the guide: letters, digits, hyphens. */
  readonly anchor: string;
  /** Who made it, or how far to trust it. */
  readonly remark: string | null;
  readonly blocks: readonly GuideBlock[];
}

export interface PointItem {
  readonly text: string;
  readonly places: readonly Place[];
}

export type GuideBlock =
  | { readonly kind: 'heading'; readonly title: string; readonly anchor: string }
  | { readonly kind: 'points'; readonly items: readonly PointItem[] }
  /** In the order of time or pages. */
  | { readonly kind: 'timeline'; readonly items: readonly PointItem[] }
  | { readonly kind: 'terms'; readonly items: readonly TermItem[] }
  | { readonly kind: 'cards'; readonly items: readonly CardItem[] }
  | { readonly kind: 'questions'; readonly items: readonly QuestionItem[] }
  | {
      readonly kind: 'speech';
      readonly anchor: string;
      readonly place: Place;
      readonly speaker: string | null;
      readonly text: string;
    };

export interface TermItem {
  readonly term: string;
  readonly explanation: string;
  readonly places: readonly Place[];
}

export interface CardItem {
  readonly front: string;
  readonly back: string;
  readonly places: readonly Place[];
}

export interface QuestionItem {
  readonly question: string;
  /** Empty for short answers. */
  readonly options: readonly string[];
  readonly answer: string;
  readonly places: readonly Place[];
}

/** Where something was said or stands written. */
export interface Place {
  /** `03:25`, or `Slides, p. 3`. */
  readonly label: string;
  /** In the web app; null when its address is not known. */
  readonly url: string | null;
  /** The block of the guide that holds these words; null when none does. */
  readonly anchor: string | null;
}
