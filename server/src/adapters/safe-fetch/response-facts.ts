import { MIMEType } from 'node:util';
import type { WebResponse } from '../../core/ports/web-fetcher.ts';

/** Header names in lower case. Of headers that came more than once undici gives a list. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The first value of a header; null when it did not come. */
export function headerOf(headers: Headers, name: string): string | null {
  const value = headers[name];
  return (typeof value === 'string' ? value : value?.[0]) ?? null;
}

/** What the headers and the address of an answer say of it. All of it is the server's word only. */
export function responseFacts(url: URL, headers: Headers): Omit<WebResponse, 'body'> {
  const type = mimeType(headerOf(headers, 'content-type'));
  return {
    url: url.href,
    mediaType: type?.essence ?? null,
    charset: type?.params.get('charset')?.toLowerCase() ?? null,
    fileName: nameFromDisposition(headerOf(headers, 'content-disposition')) ?? nameFromAddress(url),
  };
}

function mimeType(value: string | null): MIMEType | null {
  try {
    return value === null ? null : new MIMEType(value);
  } catch {
    return null; // not a media type: as if nothing had been said
  }
}

/** `filename*=UTF-8''...` (RFC 8187) before `filename="..."` (RFC 6266). */
function nameFromDisposition(value: string | null): string | null {
  if (value === null) return null;
  const extended = /;\s*filename\*\s*=\s*utf-8'[^']*'([^\s;]+)/i.exec(value)?.[1];
  const decoded = extended === undefined ? null : decode(extended);
  if (decoded !== null) return presentable(decoded);
  const plain = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]+))/i.exec(value);
  return plain ? presentable((plain[1] ?? plain[2] ?? '').replace(/\\(.)/g, '$1')) : null;
}

function nameFromAddress(url: URL): string | null {
  const last = url.pathname.split('/').at(-1) ?? '';
  return presentable(decode(last) ?? last);
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null; // a stray "%"
  }
}

/** Only the last part of a path, without control, format and direction characters, at most 200 characters long. */
function presentable(name: string): string | null {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  const clean = last.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '').trim();
  return clean === '' || /^\.+$/.test(clean) ? null : Array.from(clean).slice(0, 200).join('');
}
