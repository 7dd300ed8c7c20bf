import { readdir, readFile } from 'node:fs/promises';

export interface SeenProcess {
  /** Tells it from all others, also after it has become another program (`exec`): its number and when it began. */
  readonly id: string;
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** All processes of this machine that are not dead yet (Linux). */
export async function listProcesses(): Promise<SeenProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const seen = await Promise.all(pids.map(look));
  return seen.filter((found) => found !== null);
}

/** Children of a process, their children, and so on. */
export async function descendantsOf(pid: number): Promise<SeenProcess[]> {
  const all = await listProcesses();
  const found: SeenProcess[] = [];
  for (let parents = [pid]; parents.length > 0;) {
    const children = all.filter(({ parent }) => parents.includes(parent));
    found.push(...children);
    parents = children.map((child) => child.pid);
  }
  return found;
}

/** Processes whose command line names this text: a test's own folder. */
export async function processesNaming(text: string): Promise<SeenProcess[]> {
  return (await listProcesses()).filter(({ command }) => command.includes(text));
}

/** Where the clock ticks of the start stand after the name (field 22 of proc(5)). */
const STARTED = 19;

/** Null for one that has gone meanwhile or is dead and only not yet buried. */
async function look(name: string): Promise<SeenProcess | null> {
  try {
    const [stat, command] = await Promise.all([
      readFile(`/proc/${name}/stat`, 'utf8'),
      readFile(`/proc/${name}/cmdline`, 'utf8'),
    ]);
    // "pid (name) state parent ...": the name may hold spaces and brackets
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, parent] = fields;
    const id = `${name} ${fields[STARTED]}`;
    return state === 'Z' ? null : { id, pid: Number(name), parent: Number(parent), command: command.replaceAll('\0', ' ') };
  } catch {
    return null;
  }
}
