import { once } from 'node:events';
import { request } from 'node:http';
import { Readable } from 'node:stream';

const CHUNK = Buffer.alloc(256 * 1024, 7);
const TUS = { 'tus-resumable': '1.0.0' };

/** Sends so many bytes as fast as they are taken; returns how long it took, in milliseconds. */
export async function sendBytes(
  url: string,
  sizeBytes: number,
  how: { readonly method: string; readonly headers: Readonly<Record<string, string>> },
): Promise<number> {
  const from = performance.now();
  const sent = request(url, { method: how.method, headers: { ...how.headers, 'content-length': String(sizeBytes) } });
  Readable.from(chunks(sizeBytes), { objectMode: false }).pipe(sent);
  const [reply] = await once(sent, 'response');
  sent.on('error', () => {}); // a line that is closed after the answer
  reply.resume();
  await once(reply, 'end');
  if (reply.statusCode >= 300) throw new Error(`The server answered ${String(reply.statusCode)}.`);
  return performance.now() - from;
}

/** Begins an upload of one byte more than will be sent, so that no job begins to work on it. Returns how to go on. */
export async function beginUpload(root: string, sizeBytes: number) {
  const headers = { ...TUS, 'upload-length': String(sizeBytes + 1) };
  const reply = await fetch(`${root}/api/uploads`, { method: 'POST', headers });
  const location = reply.headers.get('location');
  if (location === null) throw new Error(`The server answered ${reply.status}.`);
  const patch = { ...TUS, 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' };
  return { url: root + location, how: { method: 'PATCH', headers: patch } };
}

/** Removes an upload, so that the disk does not fill. */
export async function giveUp(url: string): Promise<void> {
  await fetch(url, { method: 'DELETE', headers: TUS });
}

function* chunks(sizeBytes: number): Generator<Buffer> {
  for (let left = sizeBytes; left > 0; left -= CHUNK.length) yield CHUNK.subarray(0, Math.min(left, CHUNK.length));
}
