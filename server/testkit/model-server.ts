import type { IncomingMessage, ServerResponse } from 'node:http';
import { createHash } from 'node:crypto';
import type { ModelFile, SpeechModel } from '../src/core/models/speech-model.ts';
import { MODELS_HOST } from '../src/core/models/model-files.ts';
import { startPageServer, type PageServer } from './page-server.ts';

/** What the server does with a request; `serve` answers it properly. */
export type ModelFault = (request: IncomingMessage, response: ServerResponse, serve: () => void) => void;

export interface ModelServer extends PageServer {
  readonly baseUrl: string;
  /** What was asked for, as `PATH RANGE`. */
  readonly asked: readonly string[];
  /** For the requests that come from now on, one each; then all are served. */
  fail(...faults: ModelFault[]): void;
}

/** A web server that gives out files as Hugging Face does: with ranges, entity tags and lengths. */
export async function startModelServer(files: Readonly<Record<string, Buffer>>): Promise<ModelServer> {
  const asked: string[] = [];
  const faults: ModelFault[] = [];
  const server = await startPageServer((request, response) => {
    asked.push(`${request.url ?? ''} ${request.headers.range ?? ''}`.trim());
    const serve = (): void => {
      const body = files[request.url ?? ''];
      if (body) sendFile(request, response, body);
      else response.writeHead(404).end('Not here.');
    };
    const fault = faults.shift();
    if (fault) fault(request, response, serve);
    else serve();
  });
  return Object.assign(server, {
    baseUrl: `http://127.0.0.1:${server.port}`,
    asked,
    fail: (...next: ModelFault[]) => void faults.push(...next),
  });
}

/** A model of these files, as an entry of the catalogue. `facts: false` leaves sizes and checksums out. */
export function modelOf(
  id: string,
  files: Readonly<Record<string, Buffer>>,
  { facts = true, ...rest }: Partial<SpeechModel> & { readonly facts?: boolean } = {},
): SpeechModel {
  return {
    id,
    title: id,
    engine: 'sherpa',
    purpose: 'recordings',
    names: [],
    languages: 'any',
    translates: true,
    speed: 'fast',
    quality: 'basic',
    licence: 'MIT',
    files: Object.entries(files).map(([path, body]): ModelFile => ({
      name: path.split('/').at(-1) ?? '',
      url: `${MODELS_HOST}${path}`,
      sizeBytes: facts ? body.length : null,
      sha256: facts ? createHash('sha256').update(body).digest('hex') : null,
    })),
    ...rest,
  };
}

export const faults = {
  /** Says it sends everything, sends the first bytes and breaks off. */
  breakAfter:
    (bytes: number): ModelFault =>
    (_request, response, serve) => {
      const write = response.write.bind(response);
      let left = bytes;
      // The body is cut on its way out, whatever asks for it.
      response.end = ((chunk: Buffer) => {
        write(chunk.subarray(0, left), () => response.socket?.end());
        left = 0;
        return response;
      }) as typeof response.end;
      serve();
    },
  status:
    (status: number, headers: Record<string, string> = {}): ModelFault =>
    (_request, response) =>
      void response.writeHead(status, headers).end(),
  /** Sends everything whatever range was asked for. */
  ignoreRange: ((request, _response, serve) => {
    delete request.headers.range;
    serve();
  }) as ModelFault,
  hang: (() => {}) as ModelFault,
  hangAfter:
    (bytes: number): ModelFault =>
    (_request, response, serve) => {
      const write = response.write.bind(response);
      response.end = ((chunk: Buffer) => {
        write(chunk.subarray(0, bytes));
        return response;
      }) as typeof response.end;
      serve();
    },
};

function sendFile(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;
  const headers = { etag, 'accept-ranges': 'bytes', 'content-type': 'application/octet-stream' };
  const isSame = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
  const first = isSame ? /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] : undefined;
  if (first === undefined) {
    response.writeHead(200, { ...headers, 'content-length': body.length }).end(body);
  } else if (Number(first) >= body.length) {
    response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end();
  } else {
    const rest = body.subarray(Number(first));
    const range = `bytes ${first}-${body.length - 1}/${body.length}`;
    response.writeHead(206, { ...headers, 'content-length': rest.length, 'content-range': range }).end(rest);
  }
}
