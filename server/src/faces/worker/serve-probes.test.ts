import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HealthReply } from '@scholium/contract';
import { recordingLog } from '../../../testkit/silent-log.ts';
import { serveProbes, type Probes } from './serve-probes.ts';

const ready: HealthReply = { status: 'ok', version: '1', uptimeMs: 1, dependencies: [] };
const metrics = { render: async () => ({ contentType: 'text/plain; version=0.0.4', body: 'scholium_build_info 1\n' }) };
const here = { host: '127.0.0.1', port: 0 };
let log: ReturnType<typeof recordingLog>;
let status: HealthReply['status'];
let probes: Probes;
beforeEach(async () => {
  [log, status] = [recordingLog(), 'ok'];
  probes = await serveProbes({ metrics, readiness: async () => ({ ...ready, status }), log }, here);
});
afterEach(() => probes.close());

test('a worker shows its figures and that it lives', async () => {
  const shown = await fetch(`${probes.url}/metrics?name=x`);
  expect([shown.status, shown.headers.get('content-type'), await shown.text()]).toEqual([
    200,
    'text/plain; version=0.0.4',
    'scholium_build_info 1\n',
  ]);
  expect(await (await fetch(`${probes.url}/health/live`)).json()).toEqual({ status: 'ok' });
  const head = await fetch(`${probes.url}/metrics`, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '22', '']);
});

test('a worker whose database is away is not ready, and is when it is back', async () => {
  status = 'down';
  expect((await fetch(`${probes.url}/health/ready`)).status).toBe(503);
  status = 'degraded';
  expect((await fetch(`${probes.url}/health/ready`)).status).toBe(200);
});

test.each([
  ['GET', '/'],
  ['GET', '/api/jobs'],
  ['POST', '/metrics'],
  ['DELETE', '/health/ready'],
])('%s %s is not there', async (method, path) => {
  expect((await fetch(probes.url + path, { method })).status).toBe(404);
});

test('figures that cannot be made are answered with 500 without the cause, which is logged', async () => {
  const failing = { render: () => Promise.reject(new Error('secret inside')) };
  const broken = await serveProbes({ metrics: failing, readiness: async () => ready, log }, here);
  const reply = await fetch(`${broken.url}/metrics`);
  expect([reply.status, await reply.text()]).toEqual([500, expect.not.stringContaining('secret')]);
  expect(log.lines).toMatchObject([{ event: 'probe.failed', fields: { path: '/metrics', cause: 'Error: secret inside' } }]);
  await broken.close();
});

test('a port that is taken is told', async () => {
  const port = Number(new URL(probes.url).port);
  await expect(serveProbes({ metrics, readiness: async () => ready, log }, { ...here, port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});

test('an open line does not hold up the end', async () => {
  const own = await serveProbes({ metrics, readiness: async () => ready, log }, here);
  const line = connect(Number(new URL(own.url).port), '127.0.0.1');
  await once(line, 'connect');
  line.on('error', () => {}); // it is cut off
  line.write('GET /metrics HTTP/1.1\r\n');
  const ended = new Promise((resolve) => line.once('close', resolve));
  await own.close();
  await ended;
});
