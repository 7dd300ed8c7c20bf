import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SAMPLE_RATE } from '../src/core/domain/audio.ts';

/** One request as it came. */
export interface SpeechServerRequest {
  readonly path: string;
  readonly authorization: string | null;
  /** Values of the form's fields, in order; the file is left out. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
  readonly seconds: number;
  readonly bytes: number;
  /** Whether the client went away before the answer. */
  gone: boolean;
}

/** How the next requests are spoilt, one after the other; `null`: not at all. */
export type SpeechFault =
  | { readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> }
  | 'hang'
  | 'cut-off'
  | 'broken-json'
  | 'drop'
  | null;

export interface SpeechServerOptions {
  /** What it can tell: words beside the segments (OpenAI), in them (whisper.cpp), segments only, or only text (gpt-4o-transcribe). */
  readonly tells: 'words' | 'words-in-segments' | 'segments' | 'text';
}

export interface SpeechServer {
  readonly baseUrl: string;
  readonly requests: readonly SpeechServerRequest[];
  /** Spoils the next requests. */
  spoil(...faults: readonly SpeechFault[]): void;
  close(): Promise<void>;
}

const LOUD = ['The', 'sea', 'rises', 'and', 'falls.'];
const QUIET = ['Tides', 'are', 'small', 'here.'];
export const SPOKEN = { loud: LOUD.join(' '), quiet: QUIET.join(' '), translated: 'Loud words in English.' } as const;
/** Each word takes half a second, beginning so late in the sound. */
export const FIRST_WORD_MS = 200;
export const WORD_MS = 500;
const LOUD_ABOVE = 2_000;

/**
 * A server of OpenAI's `/audio/transcriptions` and `/audio/translations` that says one of two sentences, by how loud the WAV file is that
 * it gets, and fails on demand.
 */
export async function startSpeechServer({ tells }: SpeechServerOptions): Promise<SpeechServer> {
  const requests: SpeechServerRequest[] = [];
  const faults: SpeechFault[] = [];
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part); // no encoding is set
    const body = Buffer.concat(parts);
    const form = await new Response(body, { headers: { 'content-type': request.headers['content-type'] ?? '' } }).formData();
    const file = form.get('file');
    if (!(file instanceof File)) return void response.writeHead(400).end('{"error":{"message":"no file"}}');
    const samples = samplesOf(Buffer.from(await file.arrayBuffer()));
    const fields: Record<string, string[]> = {};
    for (const [name, value] of form) if (typeof value === 'string') (fields[name] ??= []).push(value);
    const seen: SpeechServerRequest = {
      path: request.url ?? '',
      authorization: request.headers.authorization ?? null,
      fields,
      seconds: samples.length / SAMPLE_RATE,
      bytes: body.length,
      gone: false,
    };
    requests.push(seen);
    response.once('close', () => (seen.gone = !response.writableFinished));
    const fault = faults.shift() ?? null;
    if (fault === 'hang') return;
    if (fault === 'drop') return void response.destroy();
    if (fault !== null && typeof fault === 'object')
      return void response.writeHead(fault.status, { ...fault.headers }).end(fault.body ?? '{"error":{"message":"spoilt"}}');
    const format = fields['response_format']?.[0] ?? 'json';
    if (tells === 'text' && format !== 'json') {
      const message = `response_format '${format}' is not compatible with model 'gpt-4o-transcribe-api-ev3'. Use 'json' or 'text' instead.`;
      return void response.writeHead(400).end(JSON.stringify({ error: { message, param: 'response_format' } }));
    }
    const text = JSON.stringify(told(samples, seen, tells, format));
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
    if (fault === 'cut-off') return void response.write(text.slice(0, text.length / 2), () => response.destroy());
    response.end(fault === 'broken-json' ? text.slice(0, -3).padEnd(text.length) : text);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server that listens has one
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    spoil: (...next) => void faults.push(...next),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function samplesOf(wav: Buffer): Int16Array {
  if (wav.toString('latin1', 0, 4) !== 'RIFF' || wav.readUInt32LE(24) !== SAMPLE_RATE) throw new Error('no WAV file of 16 kHz');
  return new Int16Array(Uint8Array.from(wav.subarray(44)).buffer);
}

function told(samples: Int16Array, { path, fields }: SpeechServerRequest, tells: SpeechServerOptions['tells'], format: string) {
  const loudness = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length));
  const translated = path.endsWith('/translations');
  const words = translated ? SPOKEN.translated.split(' ') : loudness > LOUD_ABOVE ? LOUD : QUIET;
  const text = words.join(' ');
  if (format === 'json') return { text };
  const wanted = fields['timestamp_granularities[]']?.includes('word') ?? false;
  const at = (index: number): number => (FIRST_WORD_MS + index * WORD_MS) / 1000;
  // OpenAI's words have no punctuation.
  const timed = words.map((word, index) => ({ word: word.replace('.', ''), start: at(index), end: at(index + 1) }));
  const inside = tells === 'words-in-segments';
  const spaced = timed.map((word, index) => ({ ...word, word: ` ${words[index]}`, probability: 0.5 }));
  return {
    task: translated ? 'translate' : 'transcribe',
    language: 'german',
    duration: samples.length / SAMPLE_RATE,
    text: ` ${text}`,
    segments: [
      {
        id: 0,
        start: at(0),
        end: at(words.length),
        text: ` ${text}`,
        avg_logprob: Math.log(0.7),
        no_speech_prob: 0.1,
        ...(inside ? { words: spaced } : {}),
      },
    ],
    ...(tells === 'words' && wanted ? { words: timed } : {}),
  };
}
