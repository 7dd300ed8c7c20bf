import { SAMPLE_RATE } from '../domain/audio.ts';
import type { LiveFormat, LiveRecording } from '../domain/live-recording.ts';
import type { Upload } from '../domain/upload.ts';

/** Bare samples are stored as a WAV file: they follow this many bytes that say what they are. */
const WAV_HEADER_BYTES = 44;
/** Of bare samples, for one millisecond. */
export const PCM_BYTES_PER_MS = (SAMPLE_RATE * 2) / 1000;
/** What a header says of a length that is not known yet; also what fits no 32 bits. */
const UNKNOWN = 0xffff_ffff;

/** How many bytes lie before the sound. */
export function headerBytes(format: LiveFormat): number {
  return format === 'pcm' ? WAV_HEADER_BYTES : 0;
}

/** How many bytes of sound are stored. */
export function soundBytes({ format }: Pick<LiveRecording, 'format'>, { offsetBytes }: Pick<Upload, 'offsetBytes'>): number {
  return Math.max(0, offsetBytes - headerBytes(format));
}

/**
 * The header of a WAV file of 16 kHz mono 16 bit samples.
 * @param dataBytes null while it is not known
 */
export function wavHeader(dataBytes: number | null): Uint8Array {
  const header = Buffer.alloc(WAV_HEADER_BYTES);
  const fits = dataBytes !== null && dataBytes + 36 < UNKNOWN;
  header.write('RIFF', 0);
  header.writeUInt32LE(fits ? dataBytes + 36 : UNKNOWN, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20); // PCM
  header.writeUInt16LE(1, 22); // mono
  header.writeUInt32LE(SAMPLE_RATE, 24);
  header.writeUInt32LE(SAMPLE_RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(fits ? dataBytes : UNKNOWN, 40);
  return header;
}
