import { afterEach, beforeEach, expect, test } from 'vitest';
import { openApiFixture, type ApiFixture } from '../../../../testkit/api-fixture.ts';

let api: ApiFixture;
let url: string;
beforeEach(async () => {
  api = await openApiFixture();
  url = await api.listen();
});
afterEach(() => api.close());

const tus = { 'tus-resumable': '1.0.0' };
const bytes = { ...tus, 'content-type': 'application/offset+octet-stream' };
const metadataOf = (fields: Record<string, string>): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
    .join(',');

async function begin(sizeBytes: number, fields: Record<string, string> = { filename: 'Week 3.mp3' }): Promise<string> {
  const headers = { ...tus, 'upload-length': String(sizeBytes), 'upload-metadata': metadataOf(fields) };
  const reply = await fetch(`${url}/api/uploads`, { method: 'POST', headers });
  expect(reply.status).toBe(201);
  const location = reply.headers.get('location') ?? '';
  expect(location).toMatch(/^\/api\/uploads\/upl_[0-9a-f]{32}$/);
  return location;
}

const send = (location: string, offset: number, body: BodyInit): Promise<Response> =>
  fetch(url + location, { method: 'PATCH', headers: { ...bytes, 'upload-offset': String(offset) }, body });
const offsetOf = async (location: string): Promise<string | null> =>
  (await fetch(url + location, { method: 'HEAD', headers: tus })).headers.get('upload-offset');

test('a file arrives in pieces, and the answer to the last one names the job', async () => {
  const location = await begin(10);
  const first = await send(location, 0, 'some ');
  expect([first.status, first.headers.get('upload-offset'), first.headers.get('scholium-job-id')]).toEqual([204, '5', null]);
  expect(first.headers.get('upload-expires')).toMatch(/GMT$/);
  expect(await offsetOf(location)).toBe('5');
  const last = await send(location, 5, 'sound');
  const jobId = last.headers.get('scholium-job-id');
  expect([last.status, last.headers.get('upload-offset')]).toEqual([204, '10']);
  const state = await (await fetch(url + location)).json();
  expect(state).toMatchObject({ status: 'complete', offsetBytes: 10, sizeBytes: 10, fileName: 'Week 3.mp3', jobId, error: null });
  const job = await api.store.jobs.find(api.scope, jobId ?? '');
  expect(job).toMatchObject({ kind: 'ingest-upload', status: 'queued', payload: { uploadId: state.uploadId } });
});
