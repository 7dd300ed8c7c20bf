import type { Source } from './library.ts';

/** A line of subtitles: what is said from `startMs` (included) to `endMs`, in order of `startMs`. */
export interface Caption {
  readonly startMs: number;
  readonly endMs: number;
  readonly speaker: string | null;
  /** Plain text, one line, not empty. */
  readonly text: string;
}

/** What a source of captions is stored as. */
export const captionMediaTypes: readonly string[] = ['text/vtt', 'application/x-subrip'];

/** Whether the source can be heard and transcribed. */
export function hasSound(source: Pick<Source, 'kind' | 'mediaType'>): boolean {
  return source.kind === 'recording' && !isCaptions(source);
}

/** Captions have words in time but no sound of their own. */
export function isCaptions(source: Pick<Source, 'mediaType'>): boolean {
  return captionMediaTypes.includes(source.mediaType);
}
