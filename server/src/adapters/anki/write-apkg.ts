import { Zip, ZipDeflate } from 'fflate';
import type { CardDeck, ClipSpan } from '../../core/domain/card-deck.ts';
import type { SoundClip } from '../../core/ports/media-decoder.ts';
import { collectionOf } from './collection.ts';

/** The parts of a package: sounds first, as they come, then what names them. */
export async function* writeApkg(
  deck: CardDeck,
  clipOf: (span: ClipSpan) => Promise<SoundClip | null>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  const zip = new Zip((error, block) => {
    if (error) throw error;
    ready.push(block);
  });
  const asked = new Set<string>();
  const sounds = new Map<string, string>();
  for (const { clip } of deck.cards) {
    signal.throwIfAborted();
    if (!clip || asked.has(clip.name)) continue;
    asked.add(clip.name);
    const sound = await clipOf(clip);
    if (!sound) continue;
    // In the package a file is a number; its name stands in `media`. Level 0: readers that go through a zip from its beginning
    // take an entry of unknown length only when it is deflated, be it into itself.
    add(zip, new ZipDeflate(String(sounds.size), { level: 0 }), sound.bytes);
    sounds.set(clip.name, `${clip.name}.${sound.extension}`);
    yield* ready.splice(0);
  }
  const collection = collectionOf(deck, ({ clip }) => (clip && sounds.get(clip.name)) ?? null);
  add(zip, new ZipDeflate('collection.anki2', { level: 6 }), collection);
  const media = Object.fromEntries([...sounds.values()].map((name, index) => [String(index), name]));
  add(zip, new ZipDeflate('media', { level: 6 }), new TextEncoder().encode(JSON.stringify(media)));
  zip.end();
  yield* ready.splice(0);
}

function add(zip: Zip, file: ZipDeflate, bytes: Uint8Array): void {
  // Always the same, so that the same deck gives the same bytes; the earliest that a zip can hold.
  file.mtime = new Date(1980, 0, 1, 12);
  zip.add(file);
  file.push(bytes, true);
}
