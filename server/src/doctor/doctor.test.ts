import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EnergyVad } from '../../testkit/energy-vad.ts';
import { loadConfig } from '../config.ts';
import { AppError } from '../core/domain/app-error.ts';
import { checkConfiguration } from './check-configuration.ts';
import { checkDatabase } from './check-database.ts';
import { checkDataFolder, checkNode } from './check-machine.ts';
import { missingDecoders } from './check-media.ts';
import { checkPort } from './check-port.ts';
import { findingOf, ok } from './finding.ts';
import { runDoctor, type DoctorDeps } from './run-doctor.ts';

describe('the doctor', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scholium-doctor-test-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('finds a Node that is too old', () => {
    expect(checkNode('22.19.0')).toMatchObject({ status: 'problem', cure: expect.stringContaining('Install Node 24') });
    expect(checkNode('24.0.0').status).toBe('ok');
  });

  it('guesses what a misspelt variable of .env means', async () => {
    await writeFile(join(folder, '.env'), 'DATA_DRI=/srv\nAPI_KEY=x\nPORT=9000\nSOMETHING_ELSE=1\n');
    const findings = await checkConfiguration({ cwd: folder, load: () => {} });
    expect(findings).toMatchObject([
      { status: 'warning', message: expect.stringContaining('DATA_DRI'), cure: 'Is "DATA_DIR" meant?' },
      { status: 'warning', message: expect.stringContaining('SOMETHING_ELSE'), cure: expect.stringContaining('docs/config.md') },
    ]);
  });

  it('tells a variable that cannot be used apart from its cure', async () => {
    const load = (): void => {
      throw new AppError(
        'configuration_invalid',
        'A and B are two names of one setting and have different values. Remove one of them.',
      );
    };
    expect(await checkConfiguration({ cwd: folder, load })).toEqual([
      {
        name: 'Configuration',
        status: 'problem',
        message: 'A and B are two names of one setting and have different values.',
        cure: 'Remove one of them.',
      },
    ]);
  });

  it('finds a file where the data folder should be', async () => {
    const path = join(folder, 'data');
    await writeFile(path, '');
    expect(await checkDataFolder(path)).toMatchObject([{ status: 'problem', cure: expect.stringContaining('DATA_DIR') }]);
  });

  it('is content with a data folder that can be made', async () => {
    const [found] = await checkDataFolder(join(folder, 'not', 'yet'));
    expect(found).toMatchObject({ status: 'ok', message: expect.stringContaining('will be made') });
  });

  it('tells a port that is taken by something else from one that is free', async () => {
    const other = createServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo; // a TCP server that listens has one
    expect((await checkPort('127.0.0.1', port)).finding).toMatchObject({
      status: 'problem',
      cure: expect.stringContaining('--port'),
    });
    other.closeAllConnections();
    other.close();
    await once(other, 'close');
    expect((await checkPort('127.0.0.1', port)).finding.status).toBe('ok');
  });

  it('opens a copy of the database, never the file itself, and counts what is to be updated', async () => {
    const path = join(folder, 'scholium.db');
    await writeFile(path, 'content');
    const opened: string[] = [];
    const finding = await checkDatabase({
      path,
      folder,
      running: false,
      open: async (copy, log) => {
        opened.push(copy);
        log.info('application', 'database.migrated', { migrations: ['0002-next', '0003-last'] });
      },
    });
    expect(opened).not.toContain(path);
    expect(finding).toMatchObject({ status: 'ok', message: expect.stringContaining('2 updates') });
  });

  it('reads which decoders an ffmpeg lacks', () => {
    const table =
      ' A....D mp3float             MP3 (codec mp3)\n A....D mp3                  MP3\n A....D aac                  AAC\n V....D opus                 no\n';
    expect(missingDecoders(table)).toEqual(['vorbis', 'flac', 'alac', 'pcm_s16le']);
  });

  it('does not speak of a search index in a file where it lies in PostgreSQL', async () => {
    const compose: DoctorDeps['compose'] = async () => ({
      ports: {
        decoder: { version: async () => '7.0' },
        transcribers: [],
        voiceActivity: new EnergyVad(),
        searchIndex: { check: async () => null },
        embedder: null,
      },
      close: async () => {},
    });
    const namesWith = async (databaseUrl: string): Promise<string[]> => {
      const names: string[] = [];
      const environment = { PORT: '0', DATA_DIR: folder, DATABASE_URL: databaseUrl };
      const deps = { loadConfig: () => loadConfig(environment, { cwd: folder }), compose };
      const input = { cwd: folder, nodeVersion: '24.0.0', serverUrl: 'http://127.0.0.1:1' };
      for await (const { name } of runDoctor(deps, input, new AbortController().signal)) names.push(name);
      return names;
    };
    expect(await namesWith('')).toContain('Search index');
    const names = await namesWith('postgresql://nobody@127.0.0.1:1/none');
    expect(names).toContain('PostgreSQL');
    expect(names).not.toContain('Search index');
  });

  it('makes a finding of whatever a check throws, without its inside', async () => {
    const thrown = await findingOf('Search index', async () => {
      throw new AppError('search_unavailable', 'The search index cannot be opened. Delete search.db; it is made again.');
    });
    expect(thrown).toEqual({
      name: 'Search index',
      status: 'problem',
      message: 'The search index cannot be opened.',
      cure: 'Delete search.db; it is made again.',
    });
    expect((await findingOf('x', async () => ok('x', 'Fine.'))).status).toBe('ok');
  });
});
