import type { Citation } from '@scholium/contract';
import { isRecord, usedCitations } from './claims.ts';

/** Content of any kind with the citations its `cites` index into. */
export interface CitedContent {
  readonly content: unknown;
  readonly citations: readonly Citation[];
}

type Item = Readonly<Record<string, unknown>>;

/**
 * Marks what people wrote: each item that does not stand like this in what was generated, or rests on citations that the
 * generated one does not have. What was marked before and is generated is not marked any more.
 *
 * @example markWritten(edited, generated) // { passages: [{ text: 'Mine', cites: [], by: 'person' }, { text: 'Its own', cites: [0] }] }
 */
export function markWritten(edited: CitedContent, generated: CitedContent): unknown {
  const known = new Map<string, Set<string>[]>();
  for (const item of itemsIn(generated.content)) {
    const key = ownFields(item);
    known.set(key, [...(known.get(key) ?? []), new Set(placesOf(item, generated.citations))]);
  }
  const isGenerated = (item: Item): boolean => {
    const alike = known.get(ownFields(item)) ?? [];
    if (!Array.isArray(item['cites'])) return alike.length > 0;
    const places = placesOf(item, edited.citations);
    return places.length > 0 && alike.some((there) => places.every((place) => there.has(place)));
  };
  return mapItems(edited.content, (item) => {
    const { by: _, ...rest } = item;
    return isGenerated(item) ? rest : { ...rest, by: 'person' };
  });
}

/**
 * What people wrote in one artifact, added to another of its kind: items at the end, points and parts in the section of the same
 * title, chapters by their time. Null when there is nothing that is not there already.
 */
export function carryWritten(from: CitedContent, to: CitedContent): { content: unknown; citations: readonly Citation[] } | null {
  if (!isRecord(from.content) || !isRecord(to.content)) return null;
  const [list] = Object.keys(to.content);
  const [theirs, ours] = [itemList(from.content[list ?? '']), itemList(to.content[list ?? ''])];
  if (list === undefined) return null;
  const known = new Set(itemsIn(to.content).map(ownFields));
  const offset = to.citations.length;
  const items = [...ours];
  let carried = 0;
  for (const item of theirs) {
    const moved = onlyWritten(item, offset, known);
    if (!moved) continue;
    carried += 1;
    const nested = nestedIn(item);
    const at = nested ? items.findIndex((other) => other['title'] === item['title']) : -1;
    const host = items[at];
    if (nested && host) items[at] = { ...host, [nested]: [...itemList(host[nested]), ...itemList(moved[nested])] };
    else items.push(moved);
  }
  if (carried === 0) return null;
  const ordered = list === 'chapters' ? items.toSorted((a, b) => timeOf(a) - timeOf(b)) : items;
  return usedCitations({ [list]: ordered }, [...to.citations, ...from.citations]);
}

/** The item if a person wrote it, or the part of it that a person wrote; its citations stand behind `offset` others. */
function onlyWritten(item: Item, offset: number, known: ReadonlySet<string>): Item | null {
  const nested = nestedIn(item);
  if (nested) {
    const parts = itemList(item[nested]).flatMap((part) => onlyWritten(part, offset, known) ?? []);
    return parts.length > 0 ? { ...item, [nested]: parts } : null;
  }
  if (item['by'] !== 'person' || known.has(ownFields(item))) return null;
  const cites = Array.isArray(item['cites']) ? item['cites'].map((index) => Number(index) + offset) : [];
  return { ...item, cites };
}

/** Chapters without a time (of documents) stay behind. */
function timeOf(item: Item): number {
  return typeof item['startMs'] === 'number' ? item['startMs'] : Number.MAX_SAFE_INTEGER;
}

/** Every item of a content, those within others too. */
function itemsIn(content: unknown): Item[] {
  if (!isRecord(content)) return [];
  return Object.values(content).flatMap((list) => itemList(list).flatMap((item) => [item, ...itemsIn(item)]));
}

function mapItems(content: unknown, change: (item: Item) => Item): unknown {
  if (!isRecord(content)) return content;
  const map = (value: unknown): unknown =>
    Array.isArray(value) ? value.map((item) => (isRecord(item) ? change(mapFields(item, map)) : item)) : value;
  return mapFields(content, map);
}

function mapFields(item: Item, map: (value: unknown) => unknown): Item {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, map(value)]));
}

/** The name of the list of items within an item: `points` of a section, `material` of a session. */
function nestedIn(item: Item): string | null {
  return Object.keys(item).find((name) => name === 'points' || name === 'material') ?? null;
}

function itemList(value: unknown): readonly Item[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** What an item says itself: not what it rests on, who wrote it, or what lies within it. */
function ownFields(item: Item): string {
  const own = Object.entries(item).filter(
    ([name, value]) =>
      name !== 'cites' && name !== 'by' && !(Array.isArray(value) && value.some(isRecord)) && name !== nestedIn(item),
  );
  return JSON.stringify(own.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function placesOf(item: Item, citations: readonly Citation[]): string[] {
  const cites: readonly unknown[] = Array.isArray(item['cites']) ? item['cites'] : [];
  return cites.map((index) => placeKey(citations[Number(index)]));
}

function placeKey(citation: Citation | undefined): string {
  if (!citation) return '';
  const { sourceId, textVersion, quote, firstWord, lastWord, page, startChar, endChar } = citation;
  return JSON.stringify([sourceId, textVersion, quote, firstWord, lastWord, page, startChar, endChar]);
}
