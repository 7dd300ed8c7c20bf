import type { Fault } from '../fault.ts';

/** Somebody empties Redis. */
export const flushRedis: Fault = {
  name: 'FLUSHALL',
  strike: ({ redis }) => redis.flushAll(),
};
