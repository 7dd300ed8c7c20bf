import type { Registry } from 'prom-client';
import { gauge } from './series.ts';

/** Connections of one pool of this process. */
export interface PoolFigures {
  readonly pool: string;
  /** At most. */
  readonly size: number;
  /** Open now, in use or idle. */
  readonly open: number;
  readonly idle: number;
  /** Calls that wait for a connection. */
  readonly waiting: number;
}

/** Database connections. Returns what brings the gauges up to date. */
export function poolSeries(registry: Registry, pools: () => readonly PoolFigures[]): () => void {
  const size = gauge(registry, 'scholium_database_pool_size', 'Connections that the pool opens at most', ['pool']);
  const connections = gauge(registry, 'scholium_database_pool_connections', 'Open connections by state', ['pool', 'state']);
  const waiting = gauge(registry, 'scholium_database_pool_waiting', 'Calls that wait for a connection', ['pool']);
  return () => {
    for (const { pool, size: most, open, idle, waiting: calls } of pools()) {
      size.set({ pool }, most);
      connections.set({ pool, state: 'in_use' }, open - idle);
      connections.set({ pool, state: 'idle' }, idle);
      waiting.set({ pool }, calls);
    }
  };
}
