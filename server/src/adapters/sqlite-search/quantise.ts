/** A vector as signed bytes, scaled to its largest component. Costs no visible quality and a quarter of the room. */
export function quantise(vector: Float32Array): Int8Array {
  const largest = vector.reduce((most, component) => Math.max(most, Math.abs(component)), 0);
  return Int8Array.from(vector, (component) => (largest > 0 ? Math.round((component / largest) * 127) : 0));
}

/**
 * The signs of a vector's components, one bit each, filled up with zeros to whole bytes. How many bits of two vectors
 * differ tells roughly how far apart they point: good enough to choose whom to compare exactly (decision 0002).
 */
export function signBits(vector: Float32Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(vector.length / 8));
  for (let index = 0; index < vector.length; index++) {
    if ((vector[index] ?? 0) > 0) bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7));
  }
  return bits;
}

/** The cosine between one vector and many quantised ones; 0 where one of them has no length. */
export function cosineWith(query: Float32Array): (stored: Int8Array) => number {
  const queryLength = Math.hypot(...query);
  return (stored) => {
    let dot = 0;
    let squares = 0;
    for (let index = 0; index < stored.length; index++) {
      const b = stored[index] ?? 0;
      dot += (query[index] ?? 0) * b;
      squares += b * b;
    }
    const lengths = queryLength * Math.sqrt(squares);
    return lengths > 0 ? dot / lengths : 0;
  };
}

/** Cosine between a query's vector and a quantised one; 0 when one of them has no length. */
export function cosineOf(query: Float32Array, stored: Int8Array): number {
  return cosineWith(query)(stored);
}
