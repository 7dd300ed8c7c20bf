import { BlockList, isIP } from 'node:net';
import { AppError } from '../../core/domain/app-error.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * Keeps other web sites away from a server that trusts whoever reaches it. A page that points its own name
 * at this machine (DNS rebinding) is told apart by `Host`, a page that posts from elsewhere by `Origin`.
 *
 * @throws AppError `host_not_allowed`, `origin_not_allowed`
 */
export function guardRequest(
  request: { method: string; host: string | undefined; origin: string | undefined },
  publicHosts: readonly string[],
): void {
  const host = parseHost(request.host);
  if (!host || !(isLoopback(host.hostname) || isListed(host, publicHosts))) {
    throw new AppError(
      'host_not_allowed',
      'This server answers only under localhost. To reach it under another name, add the name to PUBLIC_HOSTS and start it again.',
    );
  }
  if (request.origin === undefined || request.method === 'GET' || request.method === 'HEAD') return;
  const origin = URL.canParse(request.origin) ? new URL(request.origin) : null;
  if (origin && origin.protocol.startsWith('http') && (origin.host === host.host || isListed(origin, publicHosts))) return;
  throw new AppError('origin_not_allowed', 'Requests of other web sites are refused. Use the app that this server serves.');
}

function parseHost(host: string | undefined): URL | null {
  if (host === undefined || /[/@\\?#\s]/.test(host)) return null;
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : null;
}

function isLoopback(hostname: string): boolean {
  const name = hostname.replace(/\.$/, '');
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  const address = name.replace(/^\[|\]$/g, '');
  const family = isIP(address);
  return family !== 0 && loopback.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** A listed name holds for every port, one with a port for that port. */
function isListed(url: URL, publicHosts: readonly string[]): boolean {
  return publicHosts.some((listed) => {
    const name = listed.trim().toLowerCase();
    return name !== '' && (name === url.hostname || name === url.host);
  });
}
