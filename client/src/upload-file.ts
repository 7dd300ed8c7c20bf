import { API_PREFIX, UPLOADS_PATH, uploadSchema, type UploadReply } from '@scholium/contract';
import { pause } from './pause.ts';
import { problemOf, ProblemError, unexpectedReply } from './problem-error.ts';

/** Remembers, between runs of a program, which upload belongs to which file. */
export interface UploadMemory {
  find(key: string): Promise<string | null>;
  keep(key: string, uploadId: string): Promise<void>;
  forget(key: string): Promise<void>;
}

export interface UploadFileInput {
  readonly file: Blob;
  readonly fileName: string;
  /** As in `Upload-Metadata`; what is undefined is left out. */
  readonly fields?: Readonly<Partial<Record<'courseId' | 'lectureId' | 'presetId' | 'title', string | undefined>>>;
  /** Tells this file of this server from all others: the same key goes on where an earlier try stopped. */
  readonly key?: string;
  readonly memory?: UploadMemory;
  readonly onProgress?: (sentBytes: number, sizeBytes: number) => void;
  readonly signal?: AbortSignal;
  /** How many bytes go in one request. Default 16 MiB: what a broken line costs at most is less, see the server's pieces. */
  readonly requestBytes?: number;
  /** First pause before it is tried again; doubles up to 16 times of it. Default 500. */
  readonly retryMs?: number;
  /** How many tries in a row may bring nothing. Default 10. */
  readonly maxRetries?: number;
}

export interface UploadedFile {
  readonly uploadId: string;
  /** Makes the source; follow it, then ask `getUpload` for its ids. */
  readonly jobId: string;
}

type Send = (path: string, init: RequestInit) => Promise<Response>;

const PATH = API_PREFIX + UPLOADS_PATH;
const TUS = { 'tus-resumable': '1.0.0' };
const REQUEST_BYTES = 16 * 1024 * 1024;

/**
 * Sends a file of any size in pieces, by the tus protocol. What fails in passing (the line, the server, its limits) is tried
 * again from the last byte that is stored.
 *
 * @throws ProblemError when it cannot be done, or the signal's reason
 */
export async function uploadFile(send: Send, input: UploadFileInput): Promise<UploadedFile> {
  const { retryMs = 500, maxRetries = 10, signal } = input;
  let uploadId = input.key === undefined ? null : ((await input.memory?.find(input.key)) ?? null);
  let offset: number | null = null;
  let failures = 0;
  for (;;) {
    const before = offset;
    try {
      if (uploadId === null) {
        uploadId = await begin(send, input);
        if (input.key !== undefined) await input.memory?.keep(input.key, uploadId);
        offset = 0;
      }
      offset ??= await storedBytes(send, uploadId, input);
      input.onProgress?.(offset, input.file.size);
      const jobId = offset === input.file.size ? await jobOf(send, uploadId, signal) : null;
      if (jobId !== null) return { uploadId, jobId };
      offset = await sendBytes(send, uploadId, offset, input);
      failures = 0;
    } catch (error) {
      signal?.throwIfAborted();
      if (uploadId !== null && isGone(error)) {
        uploadId = null;
        if (input.key !== undefined) await input.memory?.forget(input.key);
      } else if (!isPassing(error)) throw error;
      if (before !== null && offset !== null && offset > before) failures = 0;
      failures += 1;
      if (failures > maxRetries) throw error;
      offset = null; // the server is asked
      await pause(Math.min(retryMs * 2 ** (failures - 1), retryMs * 16), signal);
    }
  }
}

async function begin(send: Send, input: UploadFileInput): Promise<string> {
  const said = { filename: input.fileName, ...input.fields };
  const metadata = Object.entries(said).flatMap(([name, value]) => (value ? [`${name} ${base64(value)}`] : []));
  const headers = { ...TUS, 'upload-length': String(input.file.size), 'upload-metadata': metadata.join(',') };
  const response = await send(PATH, initOf('POST', headers, input.signal));
  if (response.status !== 201) throw await problemOf(response);
  const id = /\/([^/]+)$/.exec(response.headers.get('location') ?? '')?.[1];
  if (id === undefined) throw unexpectedReply(response.status);
  return decodeURIComponent(id);
}

async function storedBytes(send: Send, uploadId: string, input: UploadFileInput): Promise<number> {
  const response = await send(pathOf(uploadId), initOf('HEAD', TUS, input.signal));
  if (response.status !== 200) throw headProblem(response);
  const [offset, length] = ['upload-offset', 'upload-length'].map((name) => Number(response.headers.get(name) ?? Number.NaN));
  if (offset === undefined || !Number.isSafeInteger(offset)) throw unexpectedReply(response.status);
  if (length === input.file.size) return offset;
  // Another file under the same key: it is begun anew.
  throw new ProblemError({ code: 'upload_not_found', detail: 'The upload is of another file.', status: 404, requestId: null });
}

/** Answers to HEAD have no body that could say more. */
function headProblem(response: Response): ProblemError {
  const { status } = response;
  const requestId = response.headers.get('x-request-id');
  if (status === 404 || status === 410) {
    return new ProblemError({ code: 'upload_not_found', detail: 'The upload is gone. Begin it again.', status, requestId });
  }
  if (status === 423)
    return new ProblemError({ code: 'upload_busy', detail: 'Another request sends its bytes.', status, requestId });
  return unexpectedReply(status);
}

/** @returns how many bytes are stored after it */
async function sendBytes(send: Send, uploadId: string, offset: number, input: UploadFileInput): Promise<number> {
  const { file, requestBytes = REQUEST_BYTES, signal } = input;
  const headers = { ...TUS, 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset) };
  const body = file.slice(offset, Math.min(file.size, offset + requestBytes));
  const response = await send(pathOf(uploadId), { ...initOf('PATCH', headers, signal), body });
  if (response.status !== 204) throw await problemOf(response);
  const stored = Number(response.headers.get('upload-offset') ?? Number.NaN);
  if (!Number.isSafeInteger(stored)) throw unexpectedReply(response.status);
  return stored;
}

/** All bytes are there: the job that goes on with them. */
async function jobOf(send: Send, uploadId: string, signal: AbortSignal | undefined): Promise<string> {
  const response = await send(pathOf(uploadId), initOf('GET', {}, signal));
  if (response.status !== 200) throw await problemOf(response);
  const parsed = uploadSchema.safeParse(await response.json().catch(() => null));
  const upload: UploadReply | null = parsed.data ?? null;
  if (upload?.jobId) return upload.jobId;
  throw unexpectedReply(response.status, parsed.error);
}

function pathOf(uploadId: string): string {
  return `${PATH}/${encodeURIComponent(uploadId)}`;
}

function initOf(method: string, headers: Record<string, string>, signal: AbortSignal | undefined): RequestInit {
  return signal ? { method, headers, signal } : { method, headers };
}

function isGone(error: unknown): boolean {
  return error instanceof ProblemError && (error.status === 404 || error.status === 410) && error.code.startsWith('upload_');
}

/** No answer, the server's own faults, its limits, and another request that was faster. A full disk fills no less by waiting. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof ProblemError)) return false;
  return [0, 409, 423, 429].includes(error.status) || (error.status >= 500 && error.status !== 507);
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
