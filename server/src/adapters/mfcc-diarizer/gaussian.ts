/** What is kept of many vectors: enough for their mean and covariance, and those of any union. */
export interface Sums {
  readonly count: number;
  readonly sum: Float64Array;
  /** Sum of products, row by row, lower triangle only used. */
  readonly products: Float64Array;
}

/** A normal distribution, ready for the likelihood of vectors. */
export interface Gaussian {
  readonly mean: Float64Array;
  /** Lower triangle of the Cholesky factor of the covariance, row by row. */
  readonly factor: Float64Array;
  readonly logDeterminant: number;
}

/** Added to each variance: a few frames of a buzz have almost none. */
const LEAST_VARIANCE = 0.01;

export function emptySums(size: number): Sums {
  return { count: 0, sum: new Float64Array(size), products: new Float64Array(size * size) };
}

/** The sums with some frames of `values` (`size` numbers each). */
export function addFrames(sums: Sums, values: Float32Array, frames: Iterable<number>): Sums {
  const size = sums.sum.length;
  const [sum, products] = [Float64Array.from(sums.sum), Float64Array.from(sums.products)];
  let count = sums.count;
  for (const frame of frames) {
    const at = frame * size;
    count += 1;
    for (let i = 0; i < size; i++) {
      const value = values[at + i]!; // a frame that is there
      sum[i]! += value;
      for (let j = 0; j <= i; j++) products[i * size + j]! += value * values[at + j]!;
    }
  }
  return { count, sum, products };
}

export function unite(a: Sums, b: Sums): Sums {
  return {
    count: a.count + b.count,
    sum: a.sum.map((value, i) => value + b.sum[i]!),
    products: a.products.map((value, i) => value + b.products[i]!),
  };
}

export function gaussianOf({ count, sum, products }: Sums): Gaussian {
  const size = sum.length;
  const mean = sum.map((value) => value / count);
  const factor = new Float64Array(size * size);
  let logDeterminant = 0;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let value = products[i * size + j]! / count - mean[i]! * mean[j]! + (i === j ? LEAST_VARIANCE : 0);
      for (let k = 0; k < j; k++) value -= factor[i * size + k]! * factor[j * size + k]!;
      factor[i * size + j] = i === j ? Math.sqrt(Math.max(value, 1e-9)) : value / factor[j * size + j]!;
    }
    logDeterminant += 2 * Math.log(factor[i * size + i]!);
  }
  return { mean, factor, logDeterminant };
}

/** Twice the negative logarithm of the density at a frame, without the constant that all have. `solved` is room for as many numbers as a frame has. */
export function surprise(
  { mean, factor, logDeterminant }: Gaussian,
  values: Float32Array,
  frame: number,
  solved: Float64Array,
): number {
  const size = mean.length;
  let distance = 0;
  for (let i = 0; i < size; i++) {
    let value = values[frame * size + i]! - mean[i]!;
    for (let k = 0; k < i; k++) value -= factor[i * size + k]! * solved[k]!;
    solved[i] = value / factor[i * size + i]!;
    distance += solved[i]! * solved[i]!;
  }
  return distance + logDeterminant;
}
