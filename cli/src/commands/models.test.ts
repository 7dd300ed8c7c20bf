import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@scholium/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { CommandContext } from '../command-context.ts';
import { CliError } from '../cli-error.ts';
import { DEFAULT_SERVER_URL } from '../environment.ts';
import { listModels, pullModels, removeModels, verifyModels } from './models.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scholium-cli-models-'));
  vi.stubEnv('MODELS_DIR', folder);
  vi.stubEnv('MODELS_OFFLINE', 'true');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const nobodyThere = () => Promise.reject(new CliError('unreachable', 'unreachable', 'No server answers.'));

function contextWith(connect: CommandContext['connect'], serverUrl = DEFAULT_SERVER_URL) {
  const lines: string[] = [];
  const terminal: CommandContext['terminal'] = {
    columns: 120,
    interactive: false,
    print: (line = '') => void lines.push(line),
    note: () => {},
    style: (_style, text) => text,
  };
  const context: CommandContext = {
    terminal,
    json: false,
    serverUrl,
    stateFolder: folder,
    connect,
    signal: new AbortController().signal,
  };
  return { context, text: () => lines.join('\n') };
}

it('lists the models of this machine when no server runs here, and needs none to look after them', async () => {
  const { context, text } = contextWith(nobodyThere);
  await listModels(context);
  expect(text()).toMatch(/this machine; no server/);
  expect(text()).toMatch(/whisper-base +sherpa +161 MB all languages +fast +basic +MIT\n/);
  expect(await verifyModels(context, [])).toBe(0);
  expect(await verifyModels(context, ['base'])).toBe(1);
  await removeModels(context, ['openai/whisper-large-v3']);
  expect(text()).toMatch(/nothing to remove/);
  await expect(pullModels(context, ['base'])).rejects.toMatchObject({ code: 'model_missing' });
  await expect(pullModels(context, ['enormous'])).rejects.toMatchObject({ code: 'model_not_found' });
});

it('does not look elsewhere when the server that was named does not answer', async () => {
  const { context } = contextWith(nobodyThere, 'http://scholium.example:8000');
  await expect(listModels(context)).rejects.toMatchObject({ code: 'unreachable' });
});

it('asks the server, by ids that it told', async () => {
  const asked: unknown[] = [];
  const model = {
    modelId: 'little',
    title: 'Little',
    engine: 'sherpa',
    purpose: 'recordings',
    names: ['small'],
    languages: ['en'],
    licence: 'MIT',
    speed: 'fast',
    quality: 'good',
    sizeBytes: null,
    state: 'partial',
    bytes: 5_000_000,
  };
  const call = async (id: string, input: { params?: unknown }) => {
    asked.push([id, input.params]);
    if (id === 'listModels') return { models: [model], offline: false };
    if (id === 'verifyModel') return { modelId: 'little', whole: false, files: [{ name: 'a.onnx', state: 'damaged' }] };
    return { modelId: 'little', removed: true };
  };
  const { context, text } = contextWith(async () => ({ call }) as unknown as Client); // all of it that is used
  await listModels(context);
  expect(text()).toMatch(/little +sherpa +size unknown en .*5 MB here/);
  expect(await verifyModels(context, ['small'])).toBe(1);
  expect(text()).toMatch(/a\.onnx: damaged/);
  await removeModels(context, ['little']);
  expect(asked).toContainEqual(['verifyModel', { modelId: 'little' }]);
  expect(asked).toContainEqual(['removeModel', { modelId: 'little' }]);
});
