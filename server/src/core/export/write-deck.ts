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

export interface WriteDeckDeps {
  readonly store: { readonly holdings: Pick<Store['holdings'], 'find'> };
  readonly blobs: Pick<Blobs, 'put' | 'stat' | 'withFile'>;
  readonly decoder: Pick<MediaDecoder, 'clips'>;
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
  return withFiles(deps.blobs, scope, heard, new Map(), async (paths) => {
    const { clipOf, close } = clipsOf(deps, { spans, paths }, signal);
    const pieces = Readable.from(deps.renderer.render(deck, clipOf, signal));
    return deps.blobs.put(scope, blobKey, pieces, { signal }).finally(close);
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

/**
 * Gives the clips as the decoder cuts them: the cards are gone through in the same order. Where a recording cannot be cut its
 * remaining cards have no sound.
 */
function clipsOf(
  { decoder, log }: Pick<WriteDeckDeps, 'decoder' | 'log'>,
  { spans, paths }: { spans: readonly ClipSpan[]; paths: ReadonlyMap<string, string> },
  signal: AbortSignal,
): { clipOf: (span: ClipSpan) => Promise<SoundClip | null>; close: () => Promise<void> } {
  const cutting = new Map<string, { readonly coming: ClipSpan[]; readonly clips: AsyncIterator<SoundClip | null> }>();
  for (const [sourceId, path] of paths) {
    const ofSource = spans.filter((span) => span.sourceId === sourceId);
    cutting.set(sourceId, { coming: [...ofSource], clips: decoder.clips(path, ofSource, signal)[Symbol.asyncIterator]() });
  }
  return {
    async clipOf({ name, sourceId, startMs }) {
      const source = cutting.get(sourceId);
      // A clip that nobody asked for is passed over: no card plays another's words.
      const further = (source?.coming.findIndex((span) => span.name === name) ?? -1) + 1;
      const skipped = source?.coming.splice(0, further) ?? [];
      try {
        for (const span of skipped) {
          const next = await source?.clips.next();
          if (span.name === name) return next && !next.done ? next.value : null;
        }
        return null;
      } catch (error) {
        if (signal.aborted || !(error instanceof AppError)) throw error;
        log.warn('application', 'export.clips-failed', { sourceId, startMs, code: error.code });
        cutting.delete(sourceId);
        return null;
      }
    },
    async close() {
      for (const { clips } of cutting.values()) await clips.return?.();
    },
  };
}
