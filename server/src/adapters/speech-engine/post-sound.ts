import { randomUUID } from 'node:crypto';
import { request } from 'undici';
import { wavOf } from './wav-of.ts';

export interface SoundPost {
  readonly url: string;
  readonly samples: Int16Array;
  /** Fields of the form, beside the file; a name may come again. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly headers: Readonly<Record<string, string>>;
}

export interface SoundAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** A word of an answer takes about 100 bytes, and minutes of sound hold some thousand words. */
const MOST_ANSWER_BYTES = 16 * 1024 * 1024;

/**
 * Sends sound as a form, as OpenAI's speech API takes it. Follows no redirect, so that a key goes nowhere else; sets no limit of time
 * (the signal does); a connection serves one request.
 *
 * @throws what the network says; the signal's reason when it is aborted; an error when the answer is longer than any honest one
 */
export async function postSound({ url, samples, fields, headers }: SoundPost, signal: AbortSignal): Promise<SoundAnswer> {
  signal.throwIfAborted();
  const boundary = `scholium-${randomUUID()}`;
  const answer = await request(url, {
    method: 'POST',
    body: formOf(wavOf(samples), fields, boundary),
    headers: { ...headers, accept: 'application/json', 'content-type': `multipart/form-data; boundary=${boundary}` },
    headersTimeout: 0,
    bodyTimeout: 0,
    reset: true,
    signal,
  });
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of answer.body as AsyncIterable<Buffer>) {
    // it has no encoding set
    bytes += part.length;
    if (bytes > MOST_ANSWER_BYTES) throw new Error('The answer is longer than any that is expected.');
    parts.push(part);
  }
  const told = Object.entries(answer.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []));
  return {
    status: answer.statusCode,
    headers: Object.fromEntries(told) as Record<string, string>,
    text: Buffer.concat(parts).toString('utf8'),
  }; // pairs of strings
}

/** RFC 7578, in one piece: some small servers take no chunked bodies. */
function formOf(file: Buffer, fields: SoundPost['fields'], boundary: string): Buffer {
  const part = (head: string): string => `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`;
  return Buffer.concat([
    ...fields.map(([name, value]) => Buffer.from(`${part(`name="${name}"`)}${value}\r\n`)),
    Buffer.from(part('name="file"; filename="sound.wav"\r\nContent-Type: audio/wav')),
    file,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
}
