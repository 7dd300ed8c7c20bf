import { Readable } from 'node:stream';
import { AppError } from '../domain/app-error.ts';
import type { CardDeck, ClipSpan } from '../domain/card-deck.ts';
import type { Source } from '../domain/library.ts';
import type { Scope } from '../domain/scope.ts';
import { hasAudio } from '../library/require-audio.ts';
import type { Blobs, BlobInfo } from '../ports/blobs.ts';
import type { CardDeckRenderer } from '../ports/export-renderers.ts';
import type { Log } from '../ports/log.ts';
import type { MediaDecoder, SoundClip } from '../ports/media-decoder.ts';
import type { Store } from '../ports/store.ts';

/** So many clips are cut at a time while one is written; each takes one core. */
const AHEAD = 2;

export interface WriteDeckDeps {
  readonly store: { readonly holdings: Pick<Store['holdings'], 'find'> };
  readonly blobs: Pick<Blobs, 'put' | 'stat' | 'withFile'>;
  readonly decoder: Pick<MediaDecoder, 'clip'>;
  readonly renderer: CardDeckRenderer;
  readonly log: Log;
}

export interface WriteDeckInput {
  readonly scope: Scope;
  readonly deck: CardDeck;
  readonly sources: readonly Source[];
  readonly blobKey: string;
}

/**
 * Writes a deck with the sound of its cards. Each recording is brought to this machine once, and a few clips at a time
 * are in memory. A card whose sound is gone or cannot be cut is written without.
 */
export async function writeDeck(deps: WriteDeckDeps, input: WriteDeckInput, signal: AbortSignal): Promise<BlobInfo> {
  const { scope, deck, blobKey } = input;
  const spans = distinctSpans(deck);
  const heard = await recordingsOf(deps, input, spans);
  return withFiles(deps.blobs, scope, heard, new Map(), (paths) => {
    const cut = cutAhead(deps, { spans, paths }, signal);
    return deps.blobs.put(scope, blobKey, Readable.from(deps.renderer.render(deck, cut, signal)), { signal });
  });
}

function distinctSpans(deck: CardDeck): ClipSpan[] {
  const byName = new Map(deck.cards.flatMap(({ clip }) => (clip ? [[clip.name, clip]] : [])));
  return [...byName.values()];
}

/** The recordings that are heard and are there. */
async function recordingsOf(deps: WriteDeckDeps, { scope, sources }: WriteDeckInput, spans: readonly ClipSpan[]) {
  const heard: Source[] = [];
  for (const source of sources) {
    if (!spans.some(({ sourceId }) => sourceId === source.id)) continue;
    const isThere = (await hasAudio(deps.store, scope, source)) && (await deps.blobs.stat(scope, source.blobKey)) !== null;
    if (isThere) heard.push(source);
  }
  return heard;
}

/** Paths are only good inside of `withFile`: one recording is opened inside the other. */
async function withFiles<T>(
  blobs: Pick<Blobs, 'withFile'>,
  scope: Scope,
  [source, ...rest]: readonly Source[],
  paths: ReadonlyMap<string, string>,
  work: (paths: ReadonlyMap<string, string>) => Promise<T>,
): Promise<T> {
  if (!source) return work(paths);
  return blobs.withFile(scope, source.blobKey, (path) =>
    withFiles(blobs, scope, rest, new Map([...paths, [source.id, path]]), work),
  );
}

/** Cuts the next clips while one is written. */
function cutAhead(
  deps: Pick<WriteDeckDeps, 'decoder' | 'log'>,
  { spans, paths }: { spans: readonly ClipSpan[]; paths: ReadonlyMap<string, string> },
  signal: AbortSignal,
): (span: ClipSpan) => Promise<SoundClip | null> {
  const started = new Map<string, Promise<SoundClip | null>>();
  const start = (span: ClipSpan): Promise<SoundClip | null> => {
    const path = paths.get(span.sourceId);
    const cutting = started.get(span.name) ?? (path === undefined ? Promise.resolve(null) : cut(deps, span, path, signal));
    // An aborted one that nobody waits for any more is no error of its own.
    cutting.catch(() => {});
    started.set(span.name, cutting);
    return cutting;
  };
  return async (span) => {
    const index = spans.findIndex(({ name }) => name === span.name);
    const [cutting] = spans.slice(index, index + AHEAD).map(start);
    const clip = (await cutting) ?? null;
    started.delete(span.name);
    return clip;
  };
}

async function cut(
  { decoder, log }: Pick<WriteDeckDeps, 'decoder' | 'log'>,
  span: ClipSpan,
  path: string,
  signal: AbortSignal,
): Promise<SoundClip | null> {
  try {
    return await decoder.clip(path, span, signal);
  } catch (error) {
    if (signal.aborted || !(error instanceof AppError)) throw error;
    log.warn('application', 'export.clip-failed', { sourceId: span.sourceId, startMs: span.startMs, code: error.code });
    return null;
  }
}
