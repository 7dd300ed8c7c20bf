import { contentStems } from '../../src/core/domain/content-terms.ts';

/** Each stem of the text adds to one place of the vector, so texts are alike that share words. Of length 1. */
export function hashedVector(text: string, dimensions: number): readonly number[] {
  const vector = Array.from<number>({ length: dimensions }).fill(0);
  for (const stem of contentStems(text)) {
    const place = hash(stem) % dimensions;
    vector[place] = (vector[place] ?? 0) + 1;
  }
  const length = Math.hypot(...vector);
  if (length === 0) vector[0] = 1;
  return vector.map((component) => component / (length || 1));
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return value;
}
