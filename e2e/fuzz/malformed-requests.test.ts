import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../faults/seeded-random.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { makeTestFolder } from '../support/test-folder.ts';
import { malformedRequest, type MalformedRequest } from './malformed-request.ts';

const REQUESTS = 10_000;
const AT_ONCE = 16;
/** The same requests each time; set it for others. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_124);
/** The first thousands load what is loaded when it is first used. */
const WARM_UP = 4_000;

describe(`${REQUESTS} malformed requests (FUZZ_SEED=${SEED})`, () => {
  let folder: Awaited<ReturnType<typeof makeTestFolder>>;
  let server: TestServer;

  beforeAll(async () => {
    folder = await makeTestFolder();
    server = await startServer(folder.path, { LOG_LEVEL: 'error' });
  });
  afterAll(async () => {
    await server?.end('SIGTERM');
    await folder?.remove();
  });

  it('are all answered without an error of ours, and the server lives on in the same memory', { timeout: 300_000 }, async () => {
    const random = seededRandom(SEED);
    const failures: string[] = [];
    const answered = new Map<string, number>();
    let [sent, warmKiB] = [0, 0];

    async function sendSome(): Promise<void> {
      while (sent < REQUESTS) {
        const number = ++sent;
        if (number === WARM_UP) warmKiB = await residentKiB(server.pid);
        const request = malformedRequest(random);
        const status = await send(new URL(server.url), request);
        const of = `${String(status).slice(0, 1)}xx`;
        answered.set(of, (answered.get(of) ?? 0) + 1);
        if ((status === null && !request.isCutOff) || (status ?? 0) >= 500)
          failures.push(`${status ?? 'no answer'}: ${request.what}`);
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, sendSome));

    expect(failures.slice(0, 5)).toEqual([]);
    expect(answered.get('4xx')).toBeGreaterThan(REQUESTS / 2);
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    // Memory may rise by what V8 keeps for later, not by what was sent.
    expect(await residentKiB(server.pid)).toBeLessThan(warmKiB * 1.4);
    expect(server.stdout()).not.toMatch(/"event":"request\.failed"/);
  });
});

/** The status of the answer; null when the line was closed without one. */
function send({ hostname, port }: URL, { bytes, isCutOff }: MalformedRequest): Promise<number | null> {
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname === 'localhost' ? '127.0.0.1' : hostname);
    let head = '';
    socket.setTimeout(30_000, () => socket.destroy());
    socket.on('data', (piece) => {
      head += piece.toString('latin1').slice(0, 64);
      // Event streams stay open for as long as somebody reads.
      if (statusOf(head) !== null) socket.destroy();
    });
    socket.on('error', () => {}); // the server may close before all was sent
    socket.on('close', () => resolve(statusOf(head)));
    if (isCutOff) socket.end(bytes);
    else socket.write(bytes);
  });
}

function statusOf(head: string): number | null {
  const status = /^(?:HTTP\/1\.1 100[^]*?)?HTTP\/1\.1 (\d{3})/.exec(head)?.[1];
  return status === undefined ? null : Number(status);
}

async function residentKiB(pid: number): Promise<number> {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]);
}
