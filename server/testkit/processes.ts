import { readdir, readFile } from 'node:fs/promises';

/** Ids of the processes below `pid` whose command line matches. Reads /proc, so Linux only. */
export async function childrenOf(pid: number, command: RegExp): Promise<number[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const rows = await Promise.all(names.map(readProcess));
  const parents = new Map(rows.flatMap((row) => (row ? [[row.pid, row.parent] as const] : [])));
  const isBelow = (child: number): boolean => {
    for (let at = parents.get(child); at !== undefined && at > 1; at = parents.get(at)) if (at === pid) return true;
    return false;
  };
  return rows.flatMap((row) => (row && command.test(row.command) && isBelow(row.pid) ? [row.pid] : []));
}

/** Whether the process is there and not merely waiting to be buried. */
export async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return stat !== null && !/\) [ZX] /.test(stat);
}

async function readProcess(name: string): Promise<{ pid: number; parent: number; command: string } | null> {
  try {
    const [stat, command] = await Promise.all([
      readFile(`/proc/${name}/stat`, 'utf8'),
      readFile(`/proc/${name}/cmdline`, 'utf8'),
    ]);
    const parent = /\) \S (\d+)/.exec(stat)?.[1];
    return { pid: Number(name), parent: Number(parent), command: command.replaceAll('\0', ' ') };
  } catch {
    return null; // it ended in between
  }
}
