import type { AudioChunk } from '../../core/domain/audio.ts';
import type { HeardChunk } from '../../core/ports/transcriber.ts';
import { hearPiece, LIMITS, type HeardPiece, type Hearing } from './hear-piece.ts';
import { packUtterances } from '../speech-engine/pack-utterances.ts';

/** The pieces of a chunk are heard side by side, so that no process is idle while the last chunk is in work. */
export async function hearChunk(hearing: Hearing, chunk: AudioChunk, signal: AbortSignal): Promise<HeardChunk> {
  signal.throwIfAborted();
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const pieces = packUtterances(chunk, LIMITS[hearing.family]).map((piece) => hearPiece(hearing, chunk, piece, either));
  try {
    const heard = await Promise.all(pieces);
    return { words: heard.flatMap(({ words }) => words), language: mostSpoken(heard) ?? hearing.language, noSpeech: null };
  } catch (error) {
    failed.abort();
    await Promise.allSettled(pieces);
    throw error;
  }
}

/** The language of most of the words. */
function mostSpoken(pieces: readonly HeardPiece[]): string | null {
  const counts = new Map<string, number>();
  for (const { language, words } of pieces)
    if (language !== null && words.length > 0) counts.set(language, (counts.get(language) ?? 0) + words.length);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}
