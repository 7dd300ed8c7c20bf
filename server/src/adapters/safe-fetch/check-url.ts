import { isIP } from 'node:net';
import { AppError } from '../../core/domain/app-error.ts';
import { withoutDot, type AllowList } from './allow-list.ts';
import { isPublicAddress } from './special-ranges.ts';

/**
 * Ports of 1024 and more that speak something else, where a request could do harm: the "bad ports" of the Fetch standard
 * (https://fetch.spec.whatwg.org/#port-blocking). Below 1024 only 80 and 443 are allowed.
 */
const BAD_PORTS = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10_080,
]);
const LONGEST_URL = 8192;
const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/** Where a checked address leads. */
export interface CheckedUrl {
  readonly url: URL;
  /** A name or an address, lower case, without brackets and without the dot at the end. */
  readonly host: string;
  readonly port: number;
}

/**
 * Decides by the text of an address alone whether it may be fetched: a complete http or https address, read by the
 * one parser whose result is also connected to (WHATWG `URL`), without user name or password, on an allowed port, and not
 * an address of a private or special network in any of its spellings. What a name resolves to is checked when connecting.
 *
 * @throws AppError `url_invalid`, `url_not_allowed`
 * @example checkUrl('http://0x7f.1/', allowList([])) // throws url_not_allowed: that is 127.0.0.1
 */
export function checkUrl(text: string, allow: AllowList): CheckedUrl {
  const url = parseUrl(text);
  const host = hostOf(url);
  const port = url.port === '' ? (DEFAULT_PORTS[url.protocol] ?? 0) : Number(url.port);
  checkPort(host, port);
  checkHost(host, allow);
  return { url, host, port };
}

/** @throws AppError `url_not_allowed` */
export function checkPort(host: string, port: number): void {
  const allowed = port >= 1024 ? port <= 65_535 && !BAD_PORTS.has(port) : port === 80 || port === 443;
  if (!allowed) throw new AppError('url_not_allowed', `Port ${port} of "${host}" is not one that web pages are fetched from.`);
}

/** Refuses a host that is itself an address outside the public internet, or `localhost`. */
function checkHost(host: string, allow: AllowList): void {
  if (allow.allowsHost(host)) return;
  const special = isIP(host) === 0 ? /(?:^|\.)localhost$/.test(host) : !isPublicAddress(host) && !allow.allowsAddress(host);
  if (special) throw notPublic(host);
}

/** Names the host only: what it resolved to would tell of the inside of the network. */
export function notPublic(host: string): AppError {
  return new AppError(
    'url_not_allowed',
    `"${host}" leads into a private or special network, which is not fetched from. Download it and add the file.`,
  );
}

/** The host of a parsed address as it is resolved and connected to. */
export function hostOf(url: URL): string {
  return withoutDot(url.hostname.replace(/^\[(.*)\]$/, '$1'));
}

function parseUrl(text: string): URL {
  if (text.length > LONGEST_URL) throw new AppError('url_invalid', `The address has more than ${LONGEST_URL} characters.`);
  const scheme = /^([a-z][a-z0-9+.-]*):(?!\d)/i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') {
    throw new AppError(
      'url_not_allowed',
      `Addresses that begin with "${scheme.slice(0, 20)}:" are not fetched, only http and https.`,
    );
  }
  // Browsers read a backslash as a slash and drop line breaks; other parsers do not. What two could read differently is refused.
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (!/^https?:\/\/[^/]/i.test(text) || /[\\\u0000-\u001f\u007f]/.test(text) || !URL.canParse(text)) {
    throw new AppError('url_invalid', 'This is not a complete http or https address. Copy it from the browser.');
  }
  const url = new URL(text);
  const authority = /^https?:\/\/([^/?#]*)/i.exec(text)?.[1] ?? '';
  if (url.username !== '' || url.password !== '' || authority.includes('@')) {
    throw new AppError('url_invalid', 'The address holds a user name or a password before "@". Leave them out.');
  }
  if (/^https?:\/\/[^/?#]*[?#][^/]*@/i.test(text)) {
    throw new AppError('url_invalid', 'The address holds "@" right after the name. Write a "/" behind the name.');
  }
  if (hostOf(url) === '' || (!url.hostname.startsWith('[') && !/^[\p{L}\p{N}\p{M}_.-]+(?::\d*)?$/u.test(authority))) {
    throw new AppError('url_invalid', 'The name in the address holds characters that names do not have.');
  }
  url.hash = '';
  return url;
}
