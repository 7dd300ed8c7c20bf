import { BlockList, isIP } from 'node:net';
import { AppError } from '../../core/domain/app-error.ts';

/** Which private and special places may be reached all the same. */
export interface AllowList {
  /** `host` as `URL.hostname` gives it, without brackets. */
  allowsHost(host: string): boolean;
  allowsAddress(address: string): boolean;
}

const HOST = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_][a-z0-9_-]{0,62})*$/;

/**
 * Reads the entries of `FETCH_ALLOW_PRIVATE`: networks (`10.0.0.0/8`, `fd00::/8`), single addresses, and host names, which
 * allow whatever they resolve to. No wildcards: a name that others can make an entry under would open the whole network.
 *
 * @throws AppError `configuration_invalid`, naming the entry
 * @example allowList(['10.20.0.0/16', 'wiki.intranet'])
 */
export function allowList(entries: readonly string[]): AllowList {
  const networks = new BlockList();
  const hosts = new Set<string>();
  for (const entry of entries) {
    const [address = '', prefix, ...more] = entry
      .trim()
      .toLowerCase()
      .replace(/^\[(.*)\]$/, '$1')
      .split('/');
    const family = isIP(address);
    if (more.length === 0 && family !== 0 && !address.includes('%')) addNetwork(networks, entry, address, prefix);
    else if (prefix === undefined && HOST.test(address) && !/^[\d.]+$/.test(address)) hosts.add(address);
    else throw invalid(entry);
  }
  return {
    allowsHost: (host) => hosts.has(withoutDot(host)),
    allowsAddress: (address) =>
      isIP(address) !== 0 && !address.includes('%') && networks.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'),
  };
}

/** A name may end in a dot, which means the same. */
export function withoutDot(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}

function addNetwork(networks: BlockList, entry: string, address: string, prefix: string | undefined): void {
  const [family, longest] = isIP(address) === 6 ? (['ipv6', 128] as const) : (['ipv4', 32] as const);
  if (prefix !== undefined && (!/^\d{1,3}$/.test(prefix) || Number(prefix) > longest)) throw invalid(entry);
  networks.addSubnet(address, prefix === undefined ? longest : Number(prefix), family);
}

function invalid(entry: string): AppError {
  return new AppError(
    'configuration_invalid',
    `FETCH_ALLOW_PRIVATE holds "${entry.slice(0, 100)}", which is neither a network such as "10.0.0.0/8" nor a host name.`,
  );
}
