import { gaussianOf, unite, type Sums } from './gaussian.ts';

export interface Clusters {
  /** The sums of each cluster. */
  readonly sums: readonly Sums[];
  /** The cluster of each item, by index. */
  readonly of: readonly number[];
}

export interface AgglomerateOptions {
  /** How strongly many parameters are held against two clusters. */
  readonly penalty: number;
  /** Goes on until there are no more than so many. */
  readonly most: number;
  /** Does not go below so many. */
  readonly least: number;
}

interface Node {
  readonly sums: Sums;
  readonly logDeterminant: number;
  readonly items: readonly number[];
}

/**
 * Joins, again and again, the two clusters that one normal distribution describes best, until two describe any pair better by the
 * Bayesian information criterion (Chen and Gopalakrishnan, 1998). O(n^2) comparisons.
 */
export function agglomerate(items: readonly Sums[], { penalty, most, least }: AgglomerateOptions): Clusters {
  const nodes = new Map<number, Node>(items.map((sums, i) => [i, nodeOf(sums, [i])]));
  const nearest = new Map<number, { other: number; gain: number }>();
  for (const id of nodes.keys()) look(id);
  while (nodes.size > Math.max(1, least)) {
    let best: { id: number; other: number; gain: number } | null = null;
    for (const [id, { other, gain }] of nearest) if (best === null || gain < best.gain) best = { id, other, gain };
    if (best === null || (best.gain >= 0 && nodes.size <= most)) break;
    join(best.id, best.other);
  }
  return labelled([...nodes.values()], items.length);

  /** The nearest among those after it: each pair is looked at once. */
  function look(id: number): void {
    const node = nodes.get(id)!; // ids of nodes that are there
    let best: { other: number; gain: number } | null = null;
    for (const [other, against] of nodes) {
      if (other <= id) continue;
      const gain = costOfJoining(node, against, penalty);
      if (best === null || gain < best.gain) best = { other, gain };
    }
    if (best) nearest.set(id, best);
    else nearest.delete(id);
  }

  function join(id: number, other: number): void {
    const [a, b] = [nodes.get(id)!, nodes.get(other)!]; // as above
    nodes.delete(other);
    nearest.delete(other);
    nodes.set(id, nodeOf(unite(a.sums, b.sums), [...a.items, ...b.items]));
    look(id);
    const joined = nodes.get(id)!;
    for (const [before, node] of nodes) {
      if (before >= id) {
        if (nearest.get(before)?.other === other) look(before);
        continue;
      }
      const known = nearest.get(before);
      if (known?.other === id || known?.other === other) look(before);
      else {
        const gain = costOfJoining(node, joined, penalty);
        if (!known || gain < known.gain) nearest.set(before, { other: id, gain });
      }
    }
  }
}

function nodeOf(sums: Sums, items: readonly number[]): Node {
  return { sums, logDeterminant: gaussianOf(sums).logDeterminant, items };
}

/** Negative when one distribution is better than two. */
function costOfJoining(a: Node, b: Node, penalty: number): number {
  const [count, size] = [a.sums.count + b.sums.count, a.sums.sum.length];
  const parameters = size + (size * (size + 1)) / 2;
  const loss =
    count * gaussianOf(unite(a.sums, b.sums)).logDeterminant - a.sums.count * a.logDeterminant - b.sums.count * b.logDeterminant;
  return (loss - penalty * parameters * Math.log(count)) / 2;
}

function labelled(nodes: readonly Node[], items: number): Clusters {
  const of = Array.from({ length: items }, () => 0);
  for (const [cluster, node] of nodes.entries()) for (const item of node.items) of[item] = cluster;
  return { sums: nodes.map(({ sums }) => sums), of };
}
