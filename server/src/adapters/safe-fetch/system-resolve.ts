import { lookup } from 'node:dns/promises';
import type { Resolve } from './fetch-rules.ts';

/**
 * Look-ups of the system that run at the same time. Each holds one of the four threads that files are read with too, for as
 * long as a name server takes, and anybody can run a slow name server.
 */
const AT_ONCE = 2;

/** The resolver of the system (`/etc/hosts`, search domains, all families), a few names at a time; the others wait. */
export function systemResolve(look: Resolve = lookUp): Resolve {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (host) => {
    if (running < AT_ONCE) running++;
    else await new Promise<void>((resolve) => waiting.push(resolve)); // the one that ends hands its place on
    try {
      return await look(host);
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}

async function lookUp(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true, order: 'verbatim' });
  return found.map(({ address }) => address);
}
