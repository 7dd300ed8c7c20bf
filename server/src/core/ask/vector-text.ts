/** A vector as text, for keeping: base64 of its 32-bit floats, little-endian as on every machine that Node runs on. */
export function textOfVector(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
}

/** The vector again; null for text that is none of this length. */
export function vectorOfText(text: string | null, dimensions: number): Float32Array | null {
  if (text === null) return null;
  const bytes = Buffer.from(text, 'base64');
  if (bytes.byteLength !== dimensions * Float32Array.BYTES_PER_ELEMENT) return null;
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
