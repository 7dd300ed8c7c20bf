import { once } from 'node:events';
import { createServer } from 'node:net';
import { ok, problem, warning, type Finding } from './finding.ts';

export interface Listening {
  readonly finding: Finding;
  /** Whether our own server is running there. */
  readonly running: boolean;
}

const ANSWER_TIMEOUT_MS = 3000;

/** Whether the port can be listened on, or our own server does so already. */
export async function checkPort(host: string, port: number): Promise<Listening> {
  const name = 'Port';
  const code = await tryListen(host, port);
  if (code === null)
    return { finding: ok(name, port === 0 ? 'A free port is taken at each start.' : `${port} is free.`), running: false };
  if (code === 'EADDRINUSE') {
    const version = await scholiumAt(`http://${host.includes(':') ? `[${host}]` : host}:${port}`);
    if (version !== null) return { finding: ok(name, `Scholium ${version} is running on ${port}.`), running: true };
    return {
      finding: problem(
        name,
        `${port} is taken by another program.`,
        `Stop that program, or choose another port with PORT or --port.`,
      ),
      running: false,
    };
  }
  if (code === 'EACCES')
    return {
      finding: problem(name, `This user may not listen on ${port}.`, 'Choose a port from 1024 on with PORT or --port.'),
      running: false,
    };
  return {
    finding: problem(
      name,
      `Nothing can listen on ${host}:${port} (${code}).`,
      'Set HOST to an address of this machine, 127.0.0.1 for one.',
    ),
    running: false,
  };
}

/** Whether a Scholium server answers at the address the command line uses. */
export async function checkServer(url: string): Promise<Finding> {
  const name = 'Server';
  const version = await scholiumAt(url);
  if (version !== null) return ok(name, `Scholium ${version} answers at ${url}.`);
  return warning(
    name,
    `No server answers at ${url}.`,
    'Start one with "npm start" or "scholium serve" when you want to use ingest, ask, search, export or jobs.',
  );
}

/** Null when it could be listened on, else the system's error code. */
async function tryListen(host: string, port: number): Promise<string | null> {
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
    return null;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  } finally {
    server.close();
  }
}

/** The version of the Scholium server at an address; null when there is none or something else answers. */
async function scholiumAt(url: string): Promise<string | null> {
  try {
    const response = await fetch(`${url.replace(/\/+$/, '')}/health`, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    const body: unknown = await response.json();
    if (typeof body !== 'object' || body === null || !('dependencies' in body) || !('version' in body)) return null;
    return String(body.version);
  } catch {
    return null;
  }
}
