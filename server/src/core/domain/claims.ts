import type { Citation } from '@scholium/contract';

/** Anything in an artifact that rests on citations, whatever its kind calls it. */
export interface Claim {
  /** What it says, or what it is called. */
  readonly text: string;
  /** Indexes into the artifact's citations. */
  readonly cites: readonly number[];
}

/** What tells an item, by kind: a term, the front of a card, a question, a task, a sentence, the title of a chapter. */
const NAMES = ['term', 'front', 'question', 'task', 'text', 'title'] as const;

/** All claims of a content, those within sections and sessions too, in their order. */
export function claimsOf(content: unknown): Claim[] {
  if (Array.isArray(content)) return content.flatMap(claimsOf);
  if (!isRecord(content)) return [];
  const within = Object.entries(content).flatMap(([name, value]) => (name === 'cites' ? [] : claimsOf(value)));
  return Array.isArray(content['cites']) ? [{ text: claimText(content), cites: numbersIn(content['cites']) }, ...within] : within;
}

/** The content with the citations of each claim changed; all else is the same. */
export function withCites(content: unknown, change: (cites: readonly number[]) => readonly number[]): unknown {
  if (Array.isArray(content)) return content.map((item) => withCites(item, change));
  if (!isRecord(content)) return content;
  return Object.fromEntries(
    Object.entries(content).map(([name, value]) =>
      name === 'cites' && Array.isArray(value) ? [name, change(numbersIn(value))] : [name, withCites(value, change)],
    ),
  );
}

/** Only the citations that claims name, in their order, and the content with their new numbers. */
export function usedCitations(
  content: unknown,
  citations: readonly Citation[],
): { readonly content: unknown; readonly citations: readonly Citation[] } {
  const order = [...new Set(claimsOf(content).flatMap(({ cites }) => cites))].sort((a, b) => a - b);
  const places = new Map(order.filter((index) => citations[index]).map((index, place) => [index, place]));
  return {
    content: withCites(content, (cites) => [...new Set(cites.flatMap((index) => places.get(index) ?? []))]),
    citations: order.flatMap((index) => citations[index] ?? []),
  };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What an item of any kind says, or what it is called. */
export function claimText(item: Readonly<Record<string, unknown>>): string {
  const name = NAMES.map((field) => item[field]).find((value) => typeof value === 'string' && value.trim() !== '');
  return typeof name === 'string' ? name : '';
}

function numbersIn(list: readonly unknown[]): number[] {
  return list.filter((value) => typeof value === 'number');
}
