import { API_PREFIX, operations, type JobEventReply, type OperationId, type OperationSpec } from '@scholium/contract';
import { buildRequest, type RequestParts } from './build-request.ts';
import type { CallArguments, CallReply } from './call-types.ts';
import { followJob, type FollowOptions } from './follow-job.ts';
import { recordLive, type LiveRecorder, type RecordLiveInput } from './record-live.ts';
import { uploadFile, type UploadedFile, type UploadFileInput } from './upload-file.ts';
import { bucketUnreachable, problemOf, unexpectedReply, unreachable } from './problem-error.ts';

export interface ClientOptions {
  /** Where the server is: `http://localhost:8000`; with or without `/api` at the end. */
  readonly baseUrl: string;
  /** Sent as `X-API-Key`. */
  readonly apiKey?: string;
  readonly fetch?: typeof globalThis.fetch;
}

export interface Client {
  /**
   * Calls an operation and checks its reply.
   * @throws ProblemError, or the signal's reason
   * @example await client.call('getJob', { params: { jobId } })
   */
  call<Id extends OperationId>(operationId: Id, ...args: CallArguments<Id>): Promise<CallReply<Id>>;
  /** The events of a job until it has ended; a lost line is taken up again where it was. */
  events(jobId: string, options?: FollowOptions): AsyncGenerator<JobEventReply, void, undefined>;
  /**
   * Sends a file of any size in pieces, and goes on after the last stored byte when something breaks.
   * @throws ProblemError, or the signal's reason
   * @example await client.uploadFile({ ...(await openUpload('talk.mp4')), fields: { title: 'A talk' } })
   */
  uploadFile(input: UploadFileInput): Promise<UploadedFile>;
  /**
   * Sends sound as it is made to a live recording (`beginLive`), over a WebSocket; a lost line is taken up again where it was.
   * @example const { done, mark } = client.live({ liveId, sound: microphone, onEvent: show }); mark('lost'); await done
   */
  live(input: RecordLiveInput): LiveRecorder;
  /** The full address of a path of the API or of a `url` the API gave. */
  urlOf(path: string): string;
}

/** A typed client over the contract. */
export function createClient(options: ClientOptions): Client {
  const root = options.baseUrl.replace(/\/+$/, '').replace(new RegExp(`${API_PREFIX}$`), '');
  const doFetch = options.fetch ?? globalThis.fetch;
  const key: Readonly<Record<string, string>> = options.apiKey ? { 'x-api-key': options.apiKey } : {};

  async function send(path: string, init: RequestInit): Promise<Response> {
    try {
      return await doFetch(root + path, { ...init, headers: { ...key, ...init.headers } });
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw unreachable(root, error);
    }
  }

  /** A file may lie in a bucket. `fetch` would send our key there with it. */
  async function sendOrFetch(path: string, init: RequestInit): Promise<Response> {
    if (!options.apiKey) return send(API_PREFIX + path, init);
    const response = await send(API_PREFIX + path, { ...init, redirect: 'manual' });
    const location = response.headers.get('location');
    if (response.status !== 307 || location === null) return response;
    await response.body?.cancel();
    const range = new Headers(init.headers).get('range');
    try {
      return await doFetch(location, { headers: range === null ? {} : { range }, ...(init.signal && { signal: init.signal }) });
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw bucketUnreachable(new URL(location).origin, error);
    }
  }

  const client: Client = {
    async call(operationId, ...args) {
      const operation: OperationSpec = operations[operationId];
      const input: RequestParts = args[0] ?? {};
      const { path, init } = buildRequest(operation, input);
      const response = 307 in operation.responses ? await sendOrFetch(path, init) : await send(API_PREFIX + path, init);
      // The reply was parsed with the schema that CallReply is inferred from.
      return (await readReply(operation, response)) as CallReply<typeof operationId>;
    },
    events: (jobId, follow = {}) => followJob(send, jobId, follow),
    uploadFile: (input) => uploadFile(send, input),
    live: (input) =>
      recordLive(
        {
          root: root.replace(/^http/i, 'ws'),
          headers: key,
          look: (liveId) => client.call('getLive', { params: { liveId } }),
        },
        input,
      ),
    urlOf: (path) => root + (path.startsWith(API_PREFIX) ? path : API_PREFIX + path),
  };
  return client;
}

async function readReply(operation: OperationSpec, response: Response): Promise<unknown> {
  const spec = operation.responses[response.status];
  if (!spec) throw await problemOf(response);
  if (!spec.schema) return response;
  let body: unknown;
  try {
    body = await response.json();
  } catch (error) {
    throw unexpectedReply(response.status, error);
  }
  const parsed = spec.schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw unexpectedReply(response.status, parsed.error);
}
