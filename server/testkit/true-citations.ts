import type { Citation } from '@scholium/contract';
import type { CitableText } from '../src/core/domain/grounding.ts';
import type { Scope } from '../src/core/domain/scope.ts';
import type { Store } from '../src/core/ports/store.ts';

/**
 * Quotes of the citations whose words do not stand at their place. Read from the texts themselves, not by the product's own check:
 * citation precision is 100 % where this is empty.
 */
export function falseCitations(citations: readonly Citation[], texts: readonly CitableText[]): string[] {
  return citations.filter((citation) => !isTrue(citation, texts)).map(({ quote }) => quote);
}

/** The same over every artifact (each version of each) and every answer that a store holds for a lecture. */
export async function falseCitationsIn(
  store: Store,
  scope: Scope,
  lectureId: string,
): Promise<{ readonly checked: number; readonly wrong: readonly string[] }> {
  const citations: Citation[] = [];
  for (const artifact of await store.artifacts.ofLecture(scope, lectureId, { history: true })) {
    for (let version = 0; version <= artifact.version; version += 1)
      citations.push(...((await store.artifacts.find(scope, artifact.id, { version }))?.citations ?? []));
  }
  const answers = await answersIn(store, scope);
  return check(store, scope, [...citations, ...answers]);
}

type Answers = Pick<Store, 'threads' | 'transcripts' | 'documents'>;

/** The same over every answer in every conversation that a store holds. */
export async function falseAnswersIn(
  store: Answers,
  scope: Scope,
): Promise<{ readonly checked: number; readonly wrong: readonly string[] }> {
  return check(store, scope, await answersIn(store, scope));
}

async function answersIn(store: Answers, scope: Scope): Promise<Citation[]> {
  const threads = await store.threads.list(scope, {}, { cursor: null, limit: 100 });
  const messages = threads.items.map(({ id }) => store.threads.messages(scope, id, 1_000));
  return (await Promise.all(messages)).flat().flatMap(({ citations }) => citations);
}

async function check(store: Answers, scope: Scope, citations: readonly Citation[]) {
  const texts: CitableText[] = [];
  for (const { kind, sourceId, textVersion } of citations) {
    const text = await (kind === 'recording' ? store.transcripts : store.documents).find(scope, sourceId, textVersion);
    if (text) texts.push(text);
  }
  return { checked: citations.length, wrong: falseCitations(citations, texts) };
}

function isTrue({ sourceId, textVersion, quote, ...place }: Citation, texts: readonly CitableText[]): boolean {
  const text = texts.find((one) => one.sourceId === sourceId && one.version === textVersion);
  if (!text || quote.trim() === '') return false;
  if ('pages' in text) {
    const page = text.pages.find(({ number }) => number === place.page);
    return wordsIn(page?.text.slice(place.startChar ?? 0, place.endChar ?? 0) ?? '') === wordsIn(quote);
  }
  const said = text.segments.flatMap(({ words }) => words).slice(place.firstWord ?? 0, (place.lastWord ?? -1) + 1);
  const isThen = said[0]?.startMs === place.startMs && said.at(-1)?.endMs === place.endMs;
  return isThen && wordsIn(said.map((word) => word.text).join(' ')) === wordsIn(quote);
}

function wordsIn(text: string): string {
  return text.split(/\s+/).filter(Boolean).join(' ');
}
