import { mkdir, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../../core/domain/app-error.ts';
import type { ModelFile } from '../../core/models/speech-model.ts';
import { BeginAnew, ComeBackLater, type Download, type DownloadRequest } from './open-download.ts';
import { checkFile, sizeOf } from './model-folder.ts';

export interface FetchFileDeps {
  readonly open: (request: DownloadRequest, signal: AbortSignal) => Promise<Download>;
  /** @throws AppError `storage_full` when so many more bytes do not fit */
  readonly ensureRoom: (bytes: number) => Promise<void>;
  /** Ends early, without an error, when the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Failures one after the other without a new byte; then the job that waits for it tries again later. */
const MOST_FAILURES = 5;
const FIRST_PAUSE_MS = 1_000;
/** A server that says it needs longer is believed, and the pull ends. */
const LONGEST_PAUSE_MS = 5 * 60_000;
/** Of a file whose size is not known. */
const MOST_BYTES = 20e9;
/** Between two signs of progress. */
const TELL_BYTES = 1 << 20;

/**
 * Fetches one file to `path`, after the bytes that are there already, and compares its checksum. Broken transfers are gone on with.
 *
 * @returns what the file has; when its maker tells no checksum, that is what was learned
 * @throws AppError as `ModelShelf.pull`
 */
export async function fetchFile(
  deps: FetchFileDeps,
  file: ModelFile,
  path: string,
  onBytes: (bytes: number, ofBytes: number | null) => void,
  signal: AbortSignal,
): Promise<{ readonly sizeBytes: number; readonly sha256: string }> {
  await mkdir(dirname(path), { recursive: true });
  let isPieced = ((await sizeOf(path)) ?? 0) > 0;
  for (;;) {
    await fetchWhole(deps, file, path, onBytes, signal);
    const facts = await checkFile(path, file, null, signal);
    if (facts) return facts;
    await forget(path);
    // The pieces may have been of two versions of the file.
    if (!isPieced) throw damaged(file);
    isPieced = false;
  }
}

/** Removes a part and what is known of it. */
export async function forget(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(tagPath(path), { force: true });
}

async function fetchWhole(
  deps: FetchFileDeps,
  file: ModelFile,
  path: string,
  onBytes: (bytes: number, ofBytes: number | null) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 0; ;) {
    const before = (await sizeOf(path)) ?? 0;
    if (file.sizeBytes !== null && before === file.sizeBytes) return;
    try {
      if (await fetchRest(deps, file, path, onBytes, signal)) return;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof BeginAnew) await forget(path);
      else if (!(error instanceof ComeBackLater) && !(error instanceof AppError && !error.permanent)) throw error;
      failures = ((await sizeOf(path)) ?? 0) > before ? 0 : failures + 1;
      await pause(deps, error, failures, signal);
    }
  }
}

async function pause(deps: FetchFileDeps, error: unknown, failures: number, signal: AbortSignal): Promise<void> {
  const wishMs = error instanceof ComeBackLater ? error.afterMs : null;
  const ms = Math.max(wishMs ?? 0, FIRST_PAUSE_MS * 2 ** Math.max(0, failures - 1));
  const isFull = error instanceof AppError && error.code === 'storage_full';
  if (isFull || failures >= MOST_FAILURES || ms > LONGEST_PAUSE_MS) throw toThrow(error);
  await deps.sleep(ms, signal);
  signal.throwIfAborted();
}

function toThrow(error: unknown): unknown {
  if (error instanceof ComeBackLater) return error.error;
  if (error instanceof BeginAnew)
    return new AppError('url_unreachable', 'The server sends other parts of the model than it is asked for. Try again later.');
  return error;
}

/** Appends what is missing; false when some is still missing though the server ended well. */
async function fetchRest(
  { open: openDownload, ensureRoom }: FetchFileDeps,
  file: ModelFile,
  path: string,
  onBytes: (bytes: number, ofBytes: number | null) => void,
  signal: AbortSignal,
): Promise<boolean> {
  const etag = await readFile(tagPath(path), 'utf8').catch(() => null);
  let there = (await sizeOf(path)) ?? 0;
  // Without a tag or a checksum nobody could tell whether the rest belongs to what is there.
  if (there > (file.sizeBytes ?? MOST_BYTES) || (etag === null && file.sha256 === null)) there = 0;
  if (there === 0) await forget(path);
  // What is known of the size is compared below, where it can be said better.
  const maxBytes = Math.max(MOST_BYTES, file.sizeBytes ?? 0);
  const download = await openDownload({ url: file.url, from: there, etag, maxBytes }, signal);
  try {
    const total = download.totalBytes ?? file.sizeBytes;
    if (file.sizeBytes !== null && total !== file.sizeBytes) throw download.from > 0 ? new BeginAnew() : damaged(file);
    await ensureRoom(Math.max(0, (total ?? 0) - download.from));
    if (download.etag !== null) await writeFile(tagPath(path), download.etag);
    const bytes = await append(download, path, (sum) => {
      if (file.sizeBytes !== null && sum > file.sizeBytes) throw damaged(file);
      onBytes(sum, total);
    });
    return total === null || bytes === total;
  } finally {
    download.body.destroy();
  }
}

async function append({ body, from }: Download, path: string, onBytes: (bytes: number) => void): Promise<number> {
  const file = await open(path, 'a');
  let [bytes, told] = [from, from];
  try {
    await truncate(path, from);
    for await (const piece of body) {
      const chunk = piece as Buffer; // a stream without an encoding
      await file.write(chunk);
      bytes += chunk.length;
      if (bytes - told < TELL_BYTES) continue;
      told = bytes;
      onBytes(bytes);
    }
    await file.sync();
    onBytes(bytes);
    return bytes;
  } finally {
    await file.close();
  }
}

function tagPath(path: string): string {
  return `${path}.etag`;
}

function damaged({ name }: ModelFile): AppError {
  return new AppError(
    'model_unavailable',
    `What came for "${name}" is not what it should be: its size or checksum differs. Nothing was kept. If you use a mirror (MODELS_BASE_URL), it is out of date or damaged; otherwise update Scholium.`,
  );
}
