import { spawn, type ChildProcess } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../core/domain/app-error.ts';
import { keepTail } from '../child-process/spawn-limited.ts';
import type { ReadOrder, ReadOutcome } from './read-process.ts';
import { createStrippedSources, type Sources } from './stripped-sources.ts';

const PROCESS = new URL('./read-process.ts', import.meta.url);
/** Gives the process its modules. */
const GIVEN_SOURCES = new URL('./given-sources.ts', import.meta.url);
const PROCESS_PATH = fileURLToPath(PROCESS);
/** How often the memory of the process is looked at. */
const LOOK_MS = 250;
const PAGE_BYTES = 4096;
/** A network of its own without any device, where Linux lets us have one; `withdraw-connections.ts` does what Node can elsewhere. */
const WITHOUT_NETWORK = 'if unshare -r -n true 2>/dev/null; then exec unshare -r -n "$@"; fi; exec "$@"';

export type RunReader = (order: ReadOrder, signal: AbortSignal) => Promise<ReadOutcome>;

/**
 * Reads one document in a process of its own: without our environment, allowed to read the program and the one file, and
 * no other, to write nothing and to start nothing (Node's permission model); ended when it takes too long or too much.
 *
 * @throws AppError `document_too_large` at a limit, `document_damaged` when the process dies, `cancelled`
 */
export function createRunReader(): RunReader {
  const sources = createStrippedSources([PROCESS, GIVEN_SOURCES]);
  return async (order, signal) => runIn(start(order, await sources()), order, signal);
}

async function runIn(child: ChildProcess, order: ReadOrder, signal: AbortSignal): Promise<ReadOutcome> {
  const tail = child.stderr ? keepTail(child.stderr, 4_000) : () => '';
  const kill = (): void => void child.kill('SIGKILL');
  const answer = Promise.withResolvers<ReadOutcome>();
  const fail = (error: AppError): void => {
    answer.reject(error);
    kill();
  };
  const onAbort = (): void => fail(new AppError('cancelled', 'The work was cancelled.', { cause: signal.reason }));
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  const wall = setTimeout(() => fail(tooMuch('time')), order.limits.wallMs);
  const looking = setInterval(() => void watchMemory(child, order.limits.memoryBytes, () => fail(tooMuch('memory'))), LOOK_MS);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  child.once('message', (outcome: ReadOutcome) => answer.resolve(outcome));
  child.once('error', (cause) => fail(died(cause)));
  child.once('exit', (code, killedBy) => {
    // SIGXCPU and SIGKILL come from the limit of processor time, 134 and SIGABRT from V8 when memory ends.
    if (killedBy === 'SIGXCPU' || killedBy === 'SIGKILL') answer.reject(tooMuch('time'));
    else if (killedBy === 'SIGABRT' || code === 134) answer.reject(tooMuch('memory'));
    else answer.reject(died(tail()));
  });
  child.send(order, (error) => {
    if (error) fail(died(error));
  });
  try {
    return await answer.promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
    clearTimeout(wall);
    clearInterval(looking);
    kill();
    await ended;
  }
}

function start({ path, limits }: ReadOrder, sources: Sources): ChildProcess {
  const readable = [...programFolders(), path, realpathSync(path)];
  const args = [
    '--permission',
    ...readable.map((one) => `--allow-fs-read=${one}`),
    `--max-old-space-size=${Math.floor(limits.memoryBytes / 2 / 1024 / 1024)}`,
    `--import=data:text/javascript,${encodeURIComponent(sources[GIVEN_SOURCES.href] ?? '')}`,
    PROCESS_PATH,
  ];
  const script = `ulimit -t ${Math.ceil(limits.cpuSeconds)}; ${WITHOUT_NETWORK}`;
  const child = spawn('sh', ['-c', script, 'sh', process.execPath, ...args], {
    stdio: ['pipe', 'ignore', 'pipe', 'ipc'],
    // Ctrl-C in a terminal goes to the whole group; this process ends when we say so, or when we are gone.
    detached: true,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
  });
  // A process that ends before it took them tells why itself.
  child.stdin?.on('error', () => {});
  child.stdin?.end(JSON.stringify(sources));
  return child;
}

/** Where the server's source lies, and the libraries that the process loads, wherever they were installed. */
function programFolders(): string[] {
  const server = join(dirname(PROCESS_PATH), '..', '..', '..');
  const above = [server, dirname(server)].map((folder) => join(folder, 'node_modules'));
  const libraries = ['linkedom', 'marked', 'unpdf', 'mammoth'].map((name) => {
    const entry = realpathSync(fileURLToPath(import.meta.resolve(name)));
    return entry.slice(0, entry.lastIndexOf(`${sep}node_modules${sep}`) + `${sep}node_modules`.length);
  });
  return [...new Set([server, ...above, ...libraries])].map((folder) => `${folder}${sep}*`);
}

/** Linux tells how much a process holds; elsewhere V8's own limit has to do. */
async function watchMemory({ pid }: ChildProcess, most: number, exceeded: () => void): Promise<void> {
  const facts = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => null);
  if (facts !== null && Number(facts.split(' ')[1]) * PAGE_BYTES > most) exceeded();
}

function tooMuch(what: 'time' | 'memory'): AppError {
  return new AppError(
    'document_too_large',
    `Reading the document took too much ${what}, so it was stopped. Split it, or save it in another format.`,
  );
}

function died(cause: unknown): AppError {
  return new AppError(
    'document_damaged',
    'The document cannot be read: its reader stopped. Save it again, or in another format.',
    { cause },
  );
}
