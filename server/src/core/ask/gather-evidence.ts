import type { DocumentText } from '../domain/document.ts';
import type { Scope } from '../domain/scope.ts';
import type { Transcript } from '../domain/transcript.ts';
import type { SearchHit, SearchQuery } from '../ports/search-index.ts';
import type { Store } from '../ports/store.ts';
import { withNames } from '../speakers/lay-names.ts';
import type { Evidence } from '../ports/writer.ts';
import { documentSentencesOf, sentencesOf } from './evidence.ts';
import { findPassages, type FindPassagesDeps } from './find-passages.ts';

export interface GatherEvidenceDeps extends FindPassagesDeps {
  readonly store: Pick<Store, 'courses' | 'lectures' | 'sources' | 'transcripts' | 'documents' | 'speakers'>;
}

export interface Gathered {
  /** Best first. */
  readonly evidence: readonly Evidence[];
  /** The texts it is from, to check citations against. */
  readonly texts: readonly (Transcript | DocumentText)[];
}

/** How many passages an answer is written from: about 600 words. */
const EVIDENCE_PASSAGES = 8;

/** What an answer may rest on. @throws AppError `search_unavailable`, `cancelled` */
export async function gatherEvidence(
  deps: GatherEvidenceDeps,
  input: {
    readonly scope: Scope;
    readonly text: string;
    readonly filter: SearchQuery['filter'];
    readonly speaker?: string | undefined;
  },
  signal: AbortSignal,
): Promise<Gathered> {
  const { hits } = await findPassages(deps, { ...input, limit: EVIDENCE_PASSAGES }, signal);
  const texts = await textsOf(deps.store, input.scope, hits);
  return { evidence: hits.flatMap((hit) => evidenceOf(hit, texts, input.speaker)), texts };
}

/** The versions of the texts that the hits are from, each read once. */
async function textsOf(
  store: Pick<Store, 'transcripts' | 'documents' | 'speakers'>,
  scope: Scope,
  hits: readonly SearchHit[],
): Promise<(Transcript | DocumentText)[]> {
  const named = new Map(hits.map(({ passage }) => [JSON.stringify([passage.sourceId, passage.textVersion]), passage]));
  const found = await Promise.all(
    [...named.values()].map(async ({ kind, sourceId, textVersion }) => {
      if (kind === 'document') return store.documents.find(scope, sourceId, textVersion);
      const transcript = await store.transcripts.find(scope, sourceId, textVersion);
      return transcript && withNames(store, scope, transcript);
    }),
  );
  return found.filter((text) => text !== null);
}

function evidenceOf(
  { passage, cosine, overlap }: SearchHit,
  texts: readonly (Transcript | DocumentText)[],
  speaker: string | undefined,
): Evidence[] {
  const text = texts.find(({ sourceId, version }) => sourceId === passage.sourceId && version === passage.textVersion);
  if (!text) return [];
  const sentences = 'pages' in text ? documentSentencesOf(passage, text) : sentencesOf(passage, text, speaker);
  return sentences.length > 0 ? [{ passage, sentences, cosine, overlap }] : [];
}
