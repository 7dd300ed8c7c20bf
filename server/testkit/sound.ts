import { msToSamples, SAMPLE_RATE } from '../src/core/domain/audio.ts';

/** Sound for tests: 16 kHz mono, lengths in milliseconds. */
export function silence(ms: number): Int16Array {
  return new Int16Array(msToSamples(ms));
}

/** A sine tone of a third of full scale. */
export function tone(ms: number, hertz = 440): Int16Array {
  return Int16Array.from({ length: msToSamples(ms) }, (_, i) =>
    Math.round(11_000 * Math.sin((2 * Math.PI * hertz * i) / SAMPLE_RATE)),
  );
}

/** White noise, the same every time. */
export function noise(ms: number, amplitude = 3_000): Int16Array {
  let state = 12_345;
  return Int16Array.from({ length: msToSamples(ms) }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.round(((state / 0x7fffffff) * 2 - 1) * amplitude);
  });
}

/** One after the other. */
export function joined(...parts: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/**
 * A 16-bit mono WAV file. `claimedBytes` is what its header says of the sound's size, whatever follows.
 *
 * @example wavFile(tone(1000), { claimedBytes: 0xffff_ffff }) // claims 4 GiB
 */
export function wavFile(samples: Int16Array, options: { claimedBytes?: number } = {}): Buffer {
  const claimed = options.claimedBytes ?? samples.length * 2;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(Math.min(0xffff_ffff, claimed + 36), 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20); // PCM
  header.writeUInt16LE(1, 22); // mono
  header.writeUInt32LE(SAMPLE_RATE, 24);
  header.writeUInt32LE(SAMPLE_RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(claimed, 40);
  return Buffer.concat([header, new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)]);
}

/** Blocks of at most `size` samples, as a decoder gives them. */
export function* blocksOf(samples: Int16Array, size: number = SAMPLE_RATE): Generator<Int16Array> {
  for (let at = 0; at < samples.length; at += size) yield samples.slice(at, at + size);
}
