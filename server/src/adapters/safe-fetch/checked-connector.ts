import { BlockList, connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { callbackify } from 'node:util';
import type { buildConnector } from 'undici';
import { AppError } from '../../core/domain/app-error.ts';
import { withoutDot } from './allow-list.ts';
import { checkPort, notPublic } from './check-url.ts';
import type { FetchRules } from './fetch-rules.ts';
import { isPublicAddress } from './special-ranges.ts';

type Place = Pick<buildConnector.Options, 'hostname' | 'port' | 'protocol'>;

/**
 * Opens sockets for undici. The name is resolved once, every address it has is checked, and the socket is connected to one
 * of those: there is no second look-up whose answer could differ. TLS verifies the name, not the address.
 *
 * @param signal ends what is under way
 */
export function checkedConnector(rules: FetchRules, signal?: AbortSignal): buildConnector.connector {
  const open = callbackify((place: Place) => {
    const timeLimit = AbortSignal.timeout(rules.connectTimeoutMs);
    return openSocket(rules, place, signal ? AbortSignal.any([signal, timeLimit]) : timeLimit);
  });
  return (place, callback) => open(place, (error, socket) => (error ? callback(error, null) : callback(null, socket)));
}

async function openSocket(rules: FetchRules, place: Place, stop: AbortSignal): Promise<Socket> {
  const host = withoutDot(place.hostname.replace(/^\[(.*)\]$/, '$1'));
  const port = Number(place.port || (place.protocol === 'https:' ? 443 : 80));
  checkPort(host, port);
  // A host that is an address is its own only one.
  const addresses = isIP(host) ? [host] : await unlessStopped(rules.resolve(host), stop);
  checkAddresses(host, addresses, rules);
  stop.throwIfAborted();
  const options = { host, port, lookup: answering(addresses), autoSelectFamily: true };
  const secure = place.protocol === 'https:';
  const socket = secure
    ? connectTls({
        ...options,
        servername: isIP(host) ? '' : host,
        ALPNProtocols: ['http/1.1'],
        ...(rules.trustedCertificates === undefined ? {} : { ca: rules.trustedCertificates }),
      })
    : connectTcp(options);
  await connected(socket, secure ? 'secureConnect' : 'connect', stop);
  // Cannot happen; but should it, nothing has been sent yet.
  if (!isAmong(socket.remoteAddress, addresses)) {
    socket.destroy();
    throw notPublic(host);
  }
  return socket.setNoDelay(true);
}

function checkAddresses(host: string, addresses: readonly string[], { allow }: FetchRules): void {
  if (addresses.length === 0) throw new AppError('url_unreachable', `"${host}" has no address. Check the spelling.`);
  const wrong = addresses.some((address) => isIP(address) === 0);
  const good = (address: string): boolean => allow.allowsHost(host) || allow.allowsAddress(address) || isPublicAddress(address);
  if (wrong || !addresses.every(good)) throw notPublic(host);
}

/** Hands out the addresses that were checked, whatever is asked for. */
function answering(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  const [first] = all;
  return (_host, options, callback) => {
    if (options.all) callback(null, all);
    else if (first) callback(null, first.address, first.family);
  };
}

function isAmong(address: string | undefined, addresses: readonly string[]): boolean {
  const checked = new BlockList(); // compares addresses, not spellings
  for (const each of addresses) checked.addAddress(each, isIP(each) === 6 ? 'ipv6' : 'ipv4');
  return address !== undefined && checked.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function connected(socket: Socket, event: 'connect' | 'secureConnect', stop: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: unknown): void => {
      stop.removeEventListener('abort', abort);
      socket.off(event, done).off('error', settle).off('close', closed);
      socket.on('error', () => {}); // until undici listens; and what comes after the first failure tells nothing new
      if (error === undefined) return resolve();
      socket.destroy();
      reject(error);
    };
    const done = (): void => settle();
    const closed = (): void => settle(new Error('The connection was closed.'));
    const abort = (): void => settle(stop.reason);
    stop.addEventListener('abort', abort, { once: true });
    socket.on(event, done).on('error', settle).on('close', closed);
  });
}

function unlessStopped<T>(work: Promise<T>, stop: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (stop.aborted) return reject(stop.reason);
    const abort = (): void => reject(stop.reason);
    stop.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => stop.removeEventListener('abort', abort));
  });
}
