import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { anthropicShape } from './anthropic-shape.ts';
import { geminiShape } from './gemini-shape.ts';
import { hashedVector } from './hashed-vector.ts';
import {
  settleReply,
  type ModelCall,
  type ModelFault,
  type ModelReply,
  type ScriptedReply,
  type SettledReply,
} from './model-reply.ts';
import type { ModelShape } from './model-shape.ts';
import { openaiShape } from './openai-shape.ts';

export interface ModelServer {
  /** With the path that the provider's SDK expects: `http://127.0.0.1:PORT/v1`. */
  readonly baseUrl: string;
  /** All requests so far, in order. */
  readonly calls: readonly ModelCall[];
  /** The next replies, in place of what is left of the script. */
  script(...replies: readonly ScriptedReply[]): void;
  /** The next requests for vectors fail so. */
  failEmbeddings(...replies: readonly ModelReply[]): void;
  close(): Promise<void>;
}

export interface ModelServerOptions {
  /** `openai` (also Ollama, vLLM, LM Studio), `anthropic` or `gemini`; `openai` unless given. */
  readonly shape?: 'openai' | 'anthropic' | 'gemini';
  /** One reply a request, in order; a function alone answers all requests. */
  readonly replies?: readonly ScriptedReply[] | ScriptedReply;
  /** The only key that is let in; any, or none, unless given. */
  readonly key?: string;
  /** The only model there is; any unless given. */
  readonly model?: string;
  /** Of the vectors where the request does not say. */
  readonly dimensions?: number;
}

const SHAPES: Readonly<Record<NonNullable<ModelServerOptions['shape']>, ModelShape>> = {
  openai: openaiShape,
  anthropic: anthropicShape,
  gemini: geminiShape,
};

/**
 * A provider of language models on a free port of this machine, for tests: replies by a script, whole or streamed, in the
 * provider's own shape, with faults on demand; vectors by the words of the text. A request past the end of the script gets status 400.
 *
 * @example
 * const server = await startModelServer({ replies: [{ json: { title: 'Tides' } }, { fault: { status: 429, retryAfter: '2' } }, 'Hello.'] });
 * createLanguageModel({ engine: 'openai-compatible', baseUrl: server.baseUrl, model: 'any', apiKey: null });
 */
export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const shape = SHAPES[options.shape ?? 'openai'];
  const calls: ModelCall[] = [];
  const embeddingFaults: ModelReply[] = [];
  const given = options.replies ?? [];
  // A list or one reply: the type guard of arrays does not see read-only ones.
  let replies = Array.isArray(given) ? [...(given as readonly ScriptedReply[])] : [];
  const always = Array.isArray(given) ? null : (given as ScriptedReply);
  const stopped = new AbortController();

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const read = shape.read(path, request.headers, body);
    const fail = (status: number, code?: string, message?: string): void =>
      sendJson(response, status, shape.error(status, code, message));
    if (!read) return fail(404, undefined, `No such path: ${path}`);
    const call: ModelCall = { ...read, path, headers: request.headers, body, closed: closingOf(response) };
    calls.push(call);
    if (options.key !== undefined && call.key !== options.key) return fail(401, undefined, `Incorrect API key: ${call.key}`);
    if (options.model !== undefined && call.model !== options.model) return fail(404, 'model_not_found', 'No such model');
    if (call.kind === 'embed') {
      const fault = embeddingFaults.shift();
      if (fault) return answer(response, shape, settleReply(fault, call), call, stopped.signal);
      if (call.texts.includes('')) return fail(400, undefined, 'The input must not be empty'); // as OpenAI does
      const dimensions = call.dimensions ?? options.dimensions ?? 64;
      return sendJson(
        response,
        200,
        shape.vectors(
          // Not of length 1: whoever asks must see to that, as with some real providers.
          call.texts.map((text) => hashedVector(text, dimensions).map((component) => 2 * component)),
          call,
        ),
      );
    }
    const next = replies.shift() ?? always;
    if (next === null || next === undefined) return fail(400, 'script_over', 'The script of this server is over');
    const reply = typeof next === 'function' ? await next(call) : next;
    return answer(response, shape, settleReply(reply, call), call, stopped.signal);
  }

  const server = createServer((request, response) => {
    request.on('error', () => {}); // clients of these tests break off; the reply then has nobody to go to
    response.on('error', () => {});
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server's address
  return {
    baseUrl: `http://127.0.0.1:${port}/${options.shape === 'gemini' ? 'v1beta' : 'v1'}`,
    calls,
    script: (...next) => void (replies = [...next]),
    failEmbeddings: (...next) => void embeddingFaults.push(...next),
    async close() {
      stopped.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  response: ServerResponse,
  shape: ModelShape,
  reply: SettledReply,
  call: ModelCall,
  stopped: AbortSignal,
): Promise<void> {
  const { fault } = reply;
  if (typeof fault === 'object') return sendFault(response, shape, fault);
  if (fault === 'hang') return;
  if (fault === 'reset') return void response.socket?.resetAndDestroy();
  if (fault === 'wrong-type') return send(response, 200, 'text/html', '<!doctype html><title>Sign in to the network</title>');
  if (fault === 'not-json') return send(response, 200, 'application/json', '{"id": "chatcmpl-1", "choices": [');
  if (call.streams) return stream(response, shape, reply, call, stopped);
  const body = JSON.stringify(shape.whole(reply, call));
  if (fault === undefined) return send(response, 200, 'application/json', body);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  await written(response, body.slice(0, body.length / 2));
  if (fault !== 'hang-within') response.socket?.resetAndDestroy();
}

async function stream(
  response: ServerResponse,
  shape: ModelShape,
  reply: SettledReply,
  call: ModelCall,
  stopped: AbortSignal,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  for (const event of shape.opening(call, reply)) await written(response, event);
  for (const [index, piece] of reply.pieces.entries()) {
    if (index > 0 && reply.dripMs) await sleep(reply.dripMs, undefined, { signal: stopped });
    if (response.destroyed) return;
    await written(response, shape.piece(piece, call));
    if (reply.fault === 'hang-within') return;
    if (reply.fault === 'reset-within') return void response.socket?.resetAndDestroy();
    if (reply.fault === 'error-within') return void response.end(shape.errorWithin());
  }
  if (reply.fault !== 'ends-early') for (const event of shape.closing(reply, call)) response.write(event);
  response.end();
}

function sendFault(response: ServerResponse, shape: ModelShape, fault: Exclude<ModelFault, string>): void {
  if (fault.retryAfter !== undefined) response.setHeader('retry-after', fault.retryAfter);
  sendJson(response, fault.status, fault.body ?? shape.error(fault.status, fault.code, fault.message));
}

const sendJson = (response: ServerResponse, status: number, body: unknown): void =>
  send(response, status, 'application/json', JSON.stringify(body));

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type }).end(body);
}

/** Resolves when the bytes have gone to the machine's network, so that a fault after them comes after them. */
function written(response: ServerResponse, text: string): Promise<void> {
  return new Promise((resolve) => response.write(text, () => resolve()));
}

function closingOf(response: ServerResponse): ModelCall['closed'] {
  return new Promise((resolve) => {
    response.once('close', () => resolve({ how: response.writableFinished ? 'answered' : 'left', at: performance.now() }));
  });
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer); // no encoding is set
  const text = Buffer.concat(pieces).toString();
  return text === '' ? null : JSON.parse(text);
}
