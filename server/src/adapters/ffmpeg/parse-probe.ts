import { z } from 'zod';
import { AppError } from '../../core/domain/app-error.ts';
import type { MediaFacts } from '../../core/ports/media-decoder.ts';

const probeSchema = z.object({
  format: z.object({ format_name: z.string(), duration: z.string().optional() }).optional(),
  streams: z
    .array(
      z.object({
        codec_type: z.string().optional(),
        codec_name: z.string().optional(),
        codec_tag_string: z.string().optional(),
        sample_rate: z.string().optional(),
      }),
    )
    .default([]),
  packets: z
    .array(
      z.object({
        codec_type: z.string().optional(),
        side_data_list: z.array(z.object({ side_data_type: z.string().optional() })).default([]),
      }),
    )
    .default([]),
});

/** Sample-entry names of encrypted tracks (ISO/IEC 23001-7 and Apple FairPlay). */
const ENCRYPTED_TAGS = new Set(['enca', 'encv', 'drms', 'drmi']);

/** What ffprobe calls the side data of packets in encrypted tracks (Common Encryption). */
const ENCRYPTION = 'Encryption info';

const DAMAGED =
  'The file cannot be read: it is damaged, cut off, or not sound or video at all. Try to play it, or upload the original again.';
const UNSUPPORTED =
  'The file is not sound or video that can be read here. Upload MP3, M4A, WAV, FLAC, OGG, Opus, WebM, MP4, MOV, MKV, AVI or the like.';

/** Reads what `ffprobe -of json` said. @throws AppError as `MediaDecoder.probe` */
export function parseProbe(said: { exitCode: number | null; output: string; messages: string }): MediaFacts {
  if (said.exitCode !== 0) {
    if (/moov atom not found|End of file|Invalid data found/i.test(said.messages) && !/whitelist/i.test(said.messages)) {
      throw new AppError('media_damaged', DAMAGED, { cause: said.messages });
    }
    throw new AppError('media_unsupported', UNSUPPORTED, { cause: said.messages });
  }
  const { format, streams, packets } = probeSchema.parse(JSON.parse(said.output));
  if (!format) throw new AppError('media_unsupported', UNSUPPORTED, { cause: said.messages });
  const audio = streams.find((stream) => stream.codec_type === 'audio');
  const hasVideo = streams.some((stream) => stream.codec_type === 'video');
  if (!audio) {
    throw new AppError(
      'media_no_audio',
      hasVideo
        ? 'The video has no sound track, so there is nothing to transcribe.'
        : 'The file holds no sound. Upload a recording.',
    );
  }
  const encrypted = packets.some(
    (packet) => packet.codec_type === 'audio' && packet.side_data_list.some((side) => side.side_data_type === ENCRYPTION),
  );
  if (encrypted || ENCRYPTED_TAGS.has(audio.codec_tag_string ?? '')) {
    throw new AppError(
      'media_protected',
      'The file is copy-protected (DRM) and cannot be read. Upload a version without protection.',
    );
  }
  // A format guessed by the file's name alone: no sound in it has been found.
  if (audio.sample_rate === '0') throw new AppError('media_damaged', DAMAGED, { cause: said.messages });
  const seconds = Number(format.duration);
  return {
    format: format.format_name,
    durationMs: Number.isFinite(seconds) && seconds > 0 ? Math.round(seconds * 1000) : null,
    hasAudio: true,
    hasVideo,
  };
}
