import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readVariables, variables } from './config-variables.ts';
import { embeddedIn, loadConfig, type Config } from './config.ts';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'scholium-config-'));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

const load = (environment: Record<string, string> = {}): Config => loadConfig(environment, { cwd });
const invalid = (pattern: RegExp): unknown =>
  expect.objectContaining({ code: 'configuration_invalid', detail: expect.stringMatching(pattern) });

describe('loadConfig', () => {
  it('works without any variable', () => {
    expect(load()).toMatchObject({
      role: 'all',
      host: '127.0.0.1',
      port: 8000,
      dataDir: join(cwd, 'data'),
      databasePath: join(cwd, 'data', 'scholium.db'),
      logDir: null,
      audioMaxFileSizeBytes: 100 * 1024 ** 2,
      uploadMaxFileSizeBytes: 20_000_000_000,
      mediaMaxDurationMs: 12 * 3_600_000,
    });
  });

  it('cannot be changed afterwards', () => {
    expect(Object.isFrozen(load())).toBe(true);
  });

  it('reads .env, and the environment before it', async () => {
    await writeFile(join(cwd, '.env'), '# ours\nPORT=9001\nLOG_LEVEL="warn"\nDATA_DIR=kept\n');
    expect(load({ PORT: '9002' })).toMatchObject({ port: 9002, logLevel: 'warn', dataDir: join(cwd, 'kept') });
  });

  it('lets the environment win over .env also under another name of the setting', async () => {
    await writeFile(join(cwd, '.env'), 'STORAGE_BASE_PATH=from-file\n');
    expect(load({ DATA_DIR: 'from-environment' }).dataDir).toBe(join(cwd, 'from-environment'));
  });

  it.each([
    ['PLC_STORAGE_DIR', 'dataDir', 'store', (dir: string) => join(dir, 'store')],
    ['STORAGE_BASE_PATH', 'dataDir', 'store', (dir: string) => join(dir, 'store')],
    ['DB_URL', 'databasePath', 'sqlite:///my.db', (dir: string) => join(dir, 'my.db')],
    ['DB_PATH', 'databasePath', '/srv/my.db', () => '/srv/my.db'],
    ['SQLITE_DB_PATH', 'databasePath', 'my.db', (dir: string) => join(dir, 'my.db')],
    ['ENVIRONMENT', 'appEnv', 'production', () => 'production'],
    ['FLASK_ENV', 'appEnv', 'production', () => 'production'],
    ['NODE_ENV', 'appEnv', 'production', () => 'production'],
  ] as const)('knows the name %s', (name, key, value, expected) => {
    expect(load({ [name]: value })[key]).toBe(expected(cwd));
  });

  it('reads absolute and relative SQLite addresses', () => {
    expect(load({ DATABASE_URL: 'sqlite:////srv/a.db' }).databasePath).toBe('/srv/a.db');
    expect(load({ DATABASE_URL: 'sqlite:///a.db' }).databasePath).toBe(join(cwd, 'a.db'));
    expect(load({ DATABASE_URL: 'postgres://user@db/name' })).toMatchObject({ postgresUrl: 'postgres://user@db/name' });
    expect(load({}).postgresUrl).toBeNull();
    expect(() => load({ DATABASE_URL: 'mysql://x' })).toThrow(invalid(/^DATABASE_URL names a database/));
  });

  it('takes names that agree, and refuses those that do not', () => {
    expect(load({ DATA_DIR: 'a', STORAGE_BASE_PATH: 'a' }).dataDir).toBe(join(cwd, 'a'));
    expect(() => load({ DATA_DIR: 'a', STORAGE_BASE_PATH: 'b' })).toThrow(invalid(/^DATA_DIR and STORAGE_BASE_PATH /));
  });

  it('lets NODE_ENV, which many tools set, count only when nothing else is said', () => {
    expect(load({ NODE_ENV: 'test', APP_ENV: 'production' }).appEnv).toBe('production');
    expect(() => load({ NODE_ENV: 'test', APP_ENV: 'production', FLASK_ENV: 'test' })).toThrow(
      invalid(/^APP_ENV and FLASK_ENV /),
    );
  });

  it('reads a value from a file that NAME_FILE names', async () => {
    await writeFile(join(cwd, 'secret'), '9003\n');
    expect(load({ PORT_FILE: join(cwd, 'secret') }).port).toBe(9003);
    expect(() => load({ PORT_FILE: join(cwd, 'missing') })).toThrow(invalid(/^PORT_FILE names a file that cannot be read/));
  });

  it('takes an empty value as not set', () => {
    expect(load({ PORT: '', DATA_DIR: '', LOG_LEVEL: '' }).port).toBe(8000);
  });

  it.each([
    ['104857600', 104_857_600],
    ['100MB', 100_000_000],
    ['2 GiB', 2 * 1024 ** 3],
    ['5kb', 5_000],
  ])('reads the size %s', (value, bytes) => {
    expect(load({ AUDIO_MAX_FILE_SIZE: value }).audioMaxFileSizeBytes).toBe(bytes);
  });

  it('finds programs on PATH, and keeps the name of one that is missing', () => {
    const { ffmpegPath, ffprobePath } = load({ PATH: '/usr/bin:/bin', FFMPEG_PATH: 'sh' });
    expect(ffmpegPath).toMatch(/^\/(?:usr\/)?bin\/sh$/);
    expect(ffprobePath).toBe(ffmpegPath);
    expect(load({ PATH: cwd }).pocketsphinxPath).toBe('pocketsphinx_batch');
    expect(load({ FFMPEG_PATH: '/opt/a/ffmpeg' }).ffprobePath).toBe('/opt/a/ffprobe');
  });
});

describe('where things lie', () => {
  it('is a bucket when the storage mode says so, which then needs a name', () => {
    expect(load({}).storage).toEqual({ mode: 'local' });
    const s3 = { STORAGE_TYPE: 's3', S3_BUCKET: 'b', S3_ENDPOINT_URL: 'http://minio:9000', AWS_REGION: 'eu-west-1' };
    expect(load(s3).storage).toEqual({ mode: 's3', bucket: 'b', prefix: '', endpoint: 'http://minio:9000', region: 'eu-west-1' });
    expect(load({ STORAGE_MODE: 'gcs', GCS_BUCKET: 'b', GCS_PREFIX: 'p' }).storage).toEqual({
      mode: 'gcs',
      bucket: 'b',
      prefix: 'p',
      credentialsFile: null,
    });
    expect(() => load({ STORAGE_MODE: 's3' })).toThrow(invalid(/^STORAGE_MODE=s3 needs S3_BUCKET/));
    expect(() => load({ STORAGE_MODE: 'gcs', S3_BUCKET: 'b' })).toThrow(invalid(/^STORAGE_MODE=gcs needs GCS_BUCKET/));
  });

  it('is a queue at an address of Redis', () => {
    expect(load({}).redis).toBeNull();
    expect(load({ CELERY_BROKER_URL: 'redis://r:6379/0' }).redis).toEqual({ url: 'redis://r:6379/0', prefix: 'scholium' });
    expect(() => load({ REDIS_URL: 'amqp://r' })).toThrow(invalid(/^REDIS_URL is not an address/));
  });

  it('is a folder alone when a part of the product runs for itself', () => {
    const many = load({ DATABASE_URL: 'postgres://db/x', STORAGE_MODE: 's3', S3_BUCKET: 'b' });
    expect(embeddedIn(many, '/tmp/x')).toMatchObject({
      dataDir: '/tmp/x',
      postgresUrl: null,
      storage: { mode: 'local' },
    });
  });
});

describe('Milvus', () => {
  const milvus = (environment: Record<string, string>): Config['milvus'] => loadConfig(environment, { cwd }).milvus;

  it('is used where MILVUS_HOST says, on its usual port', () => {
    expect(milvus({})).toBeNull();
    expect(milvus({ MILVUS_HOST: 'milvus' })).toEqual({ address: 'http://milvus:19530', token: null, prefix: 'scholium' });
    expect(
      milvus({ MILVUS_HOST: '[::1]', MILVUS_PORT: '443', MILVUS_TLS: 'true', MILVUS_TOKEN: 'a:b', MILVUS_PREFIX: 'x' }),
    ).toEqual({
      address: 'https://[::1]:443',
      token: 'a:b',
      prefix: 'x',
    });
  });

  it.each(['http://milvus', 'user@milvus', 'milvus:19530', 'a/b'])('is refused at %s, which is no name of a host', (host) => {
    expect(() => milvus({ MILVUS_HOST: host })).toThrow(invalid(/^MILVUS_HOST/));
  });
});

describe('a value that cannot be used', () => {
  const bad: Readonly<Record<string, string>> = {
    APP_ENV: 'staging',
    AUTH_MODE: 'maybe',
    RATE_LIMIT: '100 a minute',
    REQUEST_LIMIT: '0/hour',
    SIGN_UP: 'everybody',
    SESSION_DAYS: '0',
    SCHOLIUM_ROLE: 'boss',
    PORT: '65536',
    LOG_LEVEL: 'loud',
    AUDIO_MAX_FILE_SIZE: 'large',
    DOCUMENT_MAX_FILE_SIZE: 'large',
    UPLOAD_MAX_FILE_SIZE: '20 gigs',
    DATABASE_POOL_SIZE: '1',
    QUEUE_FALLBACK: 'maybe',
    STORAGE_MODE: 'tape',
    RETENTION_ENABLED: 'perhaps',
    PLC_RETENTION_RAW_AUDIO_DAYS: '0',
    PLC_RETENTION_TRANSCRIPT_DAYS: '0',
    MEDIA_MAX_HOURS: '0',
    LIVE_CLOSE_AFTER_SECONDS: '0',
    LIVE_MAX_OPEN: '0',
    TRANSCRIBE_CHUNK_SECONDS: '1',
    TRANSCRIPTION_ENGINE: 'magic',
    AI_DEVICE: 'abacus',
    MODELS_OFFLINE: 'perhaps',
    DIARIZATION: 'perhaps',
    SPEECH_PROCESSES: '-1',
    SPEECH_JOBS: '1.5',
    LIGHT_JOBS: '0',
    JOB_TIMEOUT: 'forever',
    JOB_RETENTION_DAYS: '0',
    TRANSCRIBE_HELPERS: '65',
    WORKER_PORT: '65536',
    LANGUAGE_MODEL_FALLBACK: 'perhaps',
    SHUTDOWN_DELAY_SECONDS: '601',
    SIGNED_DOWNLOADS: 'perhaps',
    SIGNED_DOWNLOAD_SECONDS: '29',
    LANGUAGE_MODEL: 'oracle',
    LANGUAGE_MODEL_CONTEXT_TOKENS: 'many',
    OPENAI_COMPATIBLE_STRUCTURED_OUTPUTS: 'perhaps',
    EMBEDDINGS: 'magic',
    EMBEDDING_DIMENSIONS: '-1',
    CACHE_TTL: '-1',
    LANGUAGE_MODEL_PRICE: '3',
    MILVUS_PORT: '0',
    MILVUS_TLS: 'perhaps',
  };
  it.each(Object.entries(bad))('of %s (%s) is refused with its name', (name, value) => {
    expect(() => readVariables({ [name]: value })).toThrow(invalid(new RegExp(`^${name} is set to a value`)));
  });

  it('is told by the name it was set under', () => {
    expect(() => readVariables({ FLASK_ENV: 'staging' })).toThrow(invalid(/^FLASK_ENV is set/));
  });

  it('is tried for every variable that does not take any text', () => {
    const takesAnyText = [
      'HOST',
      'API_KEY',
      'AUTH_SECRET',
      'PUBLIC_HOSTS',
      'FETCH_ALLOW_PRIVATE',
      'PUBLIC_URL',
      'DATABASE_URL',
      'REDIS_URL',
      'MILVUS_HOST',
      'MILVUS_TOKEN',
      'HF_TOKEN',
      'GOOGLE_APPLICATION_CREDENTIALS',
    ];
    const names = Object.keys(variables).filter(
      (name) =>
        !takesAnyText.includes(name) &&
        !/_(?:PATH|DIR|BUCKET|PREFIX|ENDPOINT_URL|REGION|BASE_URL|API_KEY|MODEL)$/.test(name.replace(/^LANGUAGE_MODEL$/, '')),
    );
    expect(Object.keys(bad).sort()).toEqual(names.sort());
  });
});

describe('docs/config.md', () => {
  it('tells of every variable its default, its other names and what it is for', async () => {
    const page = await readFile(fileURLToPath(new URL('../../docs/config.md', import.meta.url)), 'utf8');
    const rows = Object.entries(variables).map(([name, { default: fallback, aliases, about }]) => {
      const others = aliases.map((alias) => `\`${alias}\``).join(', ');
      return `| \`${name}\` | ${fallback === '' ? '' : `\`${fallback}\``} | ${about} | ${others} |`;
    });
    expect(page.split('\n').filter((line) => line.startsWith('| `'))).toEqual(rows);
  });
});
