import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError, toAppError } from '../../core/domain/app-error.ts';
import { MODELS_HOST } from '../../core/models/model-files.ts';
import { sizeOfModel, type LocatedModel, type ModelFile, type SpeechModel } from '../../core/models/speech-model.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { FileCheck, ModelShelf, ModelState } from '../../core/ports/model-shelf.ts';
import { fetchRules, type FetchOptions } from '../safe-fetch/fetch-rules.ts';
import { fetchFile, type FetchFileDeps } from './fetch-file.ts';
import { checkFile, locateIn, readManifest, removeManifest, sizeOf, writeManifest, type Manifest } from './model-folder.ts';
import { openDownload, type HostToken } from './open-download.ts';
import { takeLock, type PullLock } from './pull-lock.ts';

export interface ModelShelfOptions {
  /** Absolute; made when the first model is fetched. */
  readonly folder: string;
  readonly offline: boolean;
  /** Stands in for `MODELS_HOST`; null: that itself. Its host is trusted, though it lie in a private network. */
  readonly baseUrl: string | null;
  /** Sent to the host that `origin` names and to no other. */
  readonly token: HostToken | null;
  /** A model of the operator's own: a folder, or a file. */
  readonly own: { readonly id: string; readonly path: string } | null;
  readonly clock: Clock;
  readonly fetch?: FetchOptions;
  /** Bytes that fit into the folder; asked of the file system unless given. */
  readonly freeBytes?: (folder: string) => Promise<number>;
}

/** Left free for everything else on the disk. */
const KEEP_FREE_BYTES = 200 * 1024 ** 2;
/** How often a pull that waits for another one looks whether it is done. */
const LOOK_MS = 250;

/** Models in a folder, fetched from Hugging Face or a mirror. See docs/engines.md for what lies where. */
export function createModelShelf(options: ModelShelfOptions): ModelShelf {
  const { folder: root, clock, baseUrl } = options;
  const mirror = baseUrl === null ? [] : [new URL(baseUrl).hostname.replace(/^\[(.*)\]$/, '$1')];
  const rules = fetchRules({ ...options.fetch, allowPrivate: [...(options.fetch?.allowPrivate ?? []), ...mirror] });
  const deps: FetchFileDeps = {
    open: (request, signal) => openDownload(rules, options.token, request, signal),
    ensureRoom: (bytes) => ensureRoom(root, bytes, options.freeBytes ?? freeBytesOf),
    sleep: (ms, signal) => clock.sleep(ms, signal),
  };
  const folderOf = (id: string): string => join(root, id);
  const partsOf = (id: string): string => join(root, '.partial', id);
  const lockOf = (id: string): string => join(root, '.locks', id);

  async function locate(id: string): Promise<LocatedModel | null> {
    return options.own?.id === id ? locateOwn(options.own.path) : locateIn(folderOf(id));
  }

  async function bytesOf(model: SpeechModel): Promise<number> {
    const sizes = model.files.map(
      async ({ name }) => (await sizeOf(join(folderOf(model.id), name))) ?? (await sizeOf(join(partsOf(model.id), name))) ?? 0,
    );
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  }

  async function pullLocked(
    model: SpeechModel,
    tell: (bytes: number, of: number | null) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const folder = folderOf(model.id);
    const learned = new Map((await readManifest(folder))?.files.map(({ name, sha256 }) => [name, sha256]));
    await mkdir(folder, { recursive: true });
    await removeManifest(folder);
    const missing = (sizeOfModel(model) ?? 0) - (await bytesOf(model));
    await deps.ensureRoom(Math.max(0, missing));
    const done: Manifest['files'] = [];
    let total = sizeOfModel(model);
    let before = 0;
    for (const file of model.files) {
      const path = join(folder, file.name);
      const kept = await checkFile(path, file, learned.get(file.name) ?? null, signal);
      const facts = kept ?? (await fetchInto(path, { ...file, url: addressOf(file) }, (bytes) => tell(before + bytes, total)));
      done.push({ name: file.name, ...facts });
      before += facts.sizeBytes;
      if (model.files.length === 1) total = facts.sizeBytes;
      tell(before, total);
    }
    await writeManifest(folder, { files: done });
    await rm(partsOf(model.id), { recursive: true, force: true });

    async function fetchInto(path: string, file: ModelFile, onBytes: (bytes: number) => void) {
      const part = join(partsOf(model.id), file.name);
      const onSome = (bytes: number, of: number | null): void => {
        if (model.files.length === 1) total = of;
        onBytes(bytes);
      };
      const facts = await fetchFile(deps, file, part, onSome, signal);
      await rename(part, path);
      return facts;
    }
  }

  function addressOf({ url }: ModelFile): string {
    return baseUrl === null ? url : url.replace(MODELS_HOST, baseUrl);
  }

  return {
    offline: options.offline,
    locate,
    async state(model): Promise<ModelState> {
      const isReady = (await locate(model.id)) !== null;
      const bytes = options.own?.id === model.id ? 0 : await bytesOf(model);
      return { state: isReady ? 'ready' : bytes > 0 ? 'partial' : 'missing', bytes };
    },
    async pull(model, onProgress, signal) {
      const tell = (bytes: number, ofBytes: number | null): void => onProgress({ bytes, ofBytes });
      signal.throwIfAborted();
      if (await locate(model.id)) return;
      if (options.offline || model.files.length === 0) throw missing(model);
      const lock = await waitForLock(model);
      if (lock === null) return;
      const either = AbortSignal.any([signal, lock.lost]);
      try {
        await pullLocked(model, tell, either);
      } catch (error) {
        signal.throwIfAborted();
        throw toAppError(error);
      } finally {
        await lock.release();
      }

      /** Null when another process has fetched the model meanwhile. */
      async function waitForLock({ id }: SpeechModel): Promise<PullLock | null> {
        for (;;) {
          signal.throwIfAborted();
          const taken = await takeLock(lockOf(id), clock);
          const isThere = (await locate(id)) !== null;
          if (taken && !isThere) return taken;
          await taken?.release();
          if (isThere) return null;
          tell(await bytesOf(model), sizeOfModel(model));
          await clock.sleep(LOOK_MS, signal);
        }
      }
    },
    async verify(model, signal) {
      if (options.own?.id === model.id) return [];
      const folder = folderOf(model.id);
      const manifest = await readManifest(folder);
      const checks: FileCheck[] = [];
      const whole: Manifest['files'] = [];
      for (const file of model.files) {
        const path = join(folder, file.name);
        const learned = manifest?.files.find(({ name }) => name === file.name)?.sha256 ?? null;
        const facts = await checkFile(path, file, learned, signal);
        if (facts) whole.push({ name: file.name, ...facts });
        const good = file.sha256 === null ? ('learned' as const) : ('ok' as const);
        checks.push({ name: file.name, state: facts ? good : (await sizeOf(path)) === null ? 'missing' : 'damaged' });
      }
      if (whole.length < model.files.length) await removeManifest(folder);
      else if (!manifest) await writeManifest(folder, { files: whole });
      return checks;
    },
    async remove(model) {
      const { id } = model;
      const lock = await takeLock(lockOf(id), clock);
      if (!lock) throw new AppError('job_active', `The model "${id}" is being fetched. Cancel that job first.`);
      try {
        const there = (await bytesOf(model)) > 0 || (await readManifest(folderOf(id))) !== null;
        await removeManifest(folderOf(id));
        for (const folder of [folderOf(id), partsOf(id)]) await rm(folder, { recursive: true, force: true });
        return there;
      } finally {
        await lock.release();
      }
    },
  };
}

async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

async function ensureRoom(root: string, bytes: number, freeBytes: (folder: string) => Promise<number>): Promise<void> {
  await mkdir(root, { recursive: true });
  const free = await freeBytes(root);
  if (bytes === 0 || bytes + KEEP_FREE_BYTES <= free) return;
  throw new AppError(
    'storage_full',
    `The model needs ${megabytes(bytes + KEEP_FREE_BYTES)} MB and ${megabytes(free)} MB are free. Free some space, or let MODELS_DIR name a folder on another disk.`,
  );
}

/** Whatever changes the files changes their times or sizes; reading all of them for each recording would take too long. */
async function locateOwn(path: string): Promise<LocatedModel | null> {
  const facts = await stat(path).catch(() => null);
  if (!facts) return null;
  const names = facts.isDirectory() ? (await readdir(path)).sort() : [];
  const files = facts.isDirectory() ? names.map((name) => join(path, name)) : [path];
  const lines = await Promise.all(
    files.map(async (file) => {
      const { size, mtimeMs } = await stat(file);
      return `${basename(file)} ${size} ${mtimeMs}`;
    }),
  );
  return { folder: path, digest: createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16) };
}

function missing({ id }: SpeechModel): AppError {
  return new AppError(
    'model_missing',
    `The speech model "${id}" is not on this machine, and MODELS_OFFLINE says that nothing is fetched. Copy its files into MODELS_DIR/${id} and run "scholium models verify ${id}".`,
  );
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1e6);
}
