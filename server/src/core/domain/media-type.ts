import type { MediaFacts } from '../ports/media-decoder.ts';

/** By the first name of ffmpeg's container format: audio type, video type. */
const TYPES: Readonly<Record<string, readonly [string, string]>> = {
  wav: ['audio/wav', 'audio/wav'],
  mp3: ['audio/mpeg', 'audio/mpeg'],
  mov: ['audio/mp4', 'video/mp4'],
  matroska: ['audio/webm', 'video/webm'],
  ogg: ['audio/ogg', 'video/ogg'],
  flac: ['audio/flac', 'audio/flac'],
  aac: ['audio/aac', 'audio/aac'],
  aiff: ['audio/aiff', 'audio/aiff'],
  amr: ['audio/amr', 'audio/amr'],
  mpegts: ['video/mp2t', 'video/mp2t'],
  avi: ['video/x-msvideo', 'video/x-msvideo'],
};

/** The media type to serve a recording with, from what its bytes are (never from its name). */
export function mediaTypeOf(facts: Pick<MediaFacts, 'format' | 'hasVideo'>): string {
  const types = TYPES[facts.format.split(',')[0] ?? ''];
  return types?.[facts.hasVideo ? 1 : 0] ?? 'application/octet-stream';
}
