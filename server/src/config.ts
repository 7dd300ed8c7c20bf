import { accessSync, constants, readFileSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { RateLimit } from './core/ports/rate-limiter.ts';
import { AppError } from './core/domain/app-error.ts';
import { address, modelsConfig, type ModelsConfig } from './config-models.ts';
import { enginesConfig, type EnginesConfig } from './config-engines.ts';
import { readVariables, type Variables } from './config-variables.ts';

/** Everything that can be set, read once at the start. Documented in docs/config.md. */
export interface Config extends ModelsConfig, EnginesConfig {
  readonly appEnv: 'development' | 'production' | 'test';
  readonly role: 'all' | 'api' | 'worker';
  readonly host: string;
  readonly port: number;
  /** Where a worker shows its figures; null: nowhere. */
  readonly workerPort: number | null;
  /** Must come with every request; null: whoever reaches the server is its owner. */
  readonly apiKey: string | null;
  readonly auth: AuthConfig;
  readonly limits: { readonly byAddress: RateLimit | null; readonly byKey: RateLimit | null };
  /** Names besides loopback ones that requests may be addressed to. */
  readonly publicHosts: readonly string[];
  /** Where people reach this server; null: nobody said. */
  readonly publicUrl: string | null;
  /** What may be fetched though it lies outside the public internet. */
  readonly fetchAllowPrivate: readonly string[];
  /** Absolute. */
  readonly dataDir: string;
  /** Absolute path of the SQLite file; unused with PostgreSQL. */
  readonly databasePath: string;
  /** Address of a PostgreSQL database; null: SQLite. */
  readonly postgresUrl: string | null;
  readonly databasePoolSize: number;
  /** Null: no Redis. */
  readonly redis: { readonly url: string; readonly prefix: string } | null;
  /** Null: no Milvus. */
  readonly milvus: { readonly address: string; readonly token: string | null; readonly prefix: string } | null;
  readonly queueFallback: 'none' | 'inline';
  readonly storage: StorageConfig;
  /** How long an address of a file in the bucket is good; null: files come through the API. */
  readonly signedDownloadSeconds: number | null;
  readonly retention: { readonly enabled: boolean; readonly rawAudioDays: number; readonly transcriptDays: number };
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Folder for log files that rotate; null logs to standard output only. */
  readonly logDir: string | null;
  readonly audioMaxFileSizeBytes: number;
  readonly documentMaxFileSizeBytes: number;
  readonly uploadMaxFileSizeBytes: number;
  readonly mediaMaxDurationMs: number;
  readonly liveCloseAfterMs: number;
  readonly liveMaxOpen: number;
  readonly transcribeChunkMs: number;
  readonly speechProcesses: number;
  /** Whether who speaks is found out after each transcription. */
  readonly diarization: 'auto' | 'off';
  readonly speechJobs: number;
  readonly lightJobs: number;
  /** How many other workers may help with one long recording. */
  readonly transcribeHelpers: number;
  readonly jobTimeoutMs: number;
  /** 0: no answer is used twice. */
  readonly cacheTtlMs: number;
  /** Between saying that no more requests are wanted and taking none. */
  readonly shutdownDelayMs: number;
  readonly keepJobsDays: number;
  readonly ffmpegPath: string;
  readonly ffprobePath: string;
  readonly languageModelFallback: 'extractive' | 'none';
  readonly pocketsphinxPath: string;
  readonly pocketsphinxModelDir: string | null;
}

/** `secret` null: one is made on the first start and kept in the data folder. */
export type AuthConfig =
  | { readonly mode: 'personal' }
  | {
      readonly mode: 'accounts';
      readonly secret: string | null;
      readonly signUp: 'open' | 'invitation' | 'closed';
      readonly sessionDays: number;
    };

/** Prefixes and endpoints are as they were given; null where nothing was. */
export type StorageConfig =
  | { readonly mode: 'local' }
  | {
      readonly mode: 's3';
      readonly bucket: string;
      readonly prefix: string;
      readonly endpoint: string | null;
      readonly region: string | null;
    }
  | { readonly mode: 'gcs'; readonly bucket: string; readonly prefix: string; readonly credentialsFile: string | null };

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the environment, `.env` in the working folder (the environment wins), `NAME_FILE` secrets and aliases.
 *
 * @throws AppError `configuration_invalid`, naming the variable and what it may be
 */
export function loadConfig(environment: Environment = process.env, options: { cwd?: string } = {}): Config {
  const cwd = options.cwd ?? process.cwd();
  const variables = readVariables(environment, readDotEnv(cwd));
  const dataDir = resolve(cwd, expandHome(variables.DATA_DIR));
  const cores = availableParallelism();
  const ffmpegPath = findProgram(variables.FFMPEG_PATH, environment);
  return Object.freeze({
    appEnv: variables.APP_ENV,
    role: variables.SCHOLIUM_ROLE,
    host: variables.HOST,
    port: variables.PORT,
    workerPort: variables.WORKER_PORT === 0 ? null : variables.WORKER_PORT,
    apiKey: apiKey(variables),
    auth: auth(variables),
    limits: limits(variables),
    publicHosts: variables.PUBLIC_HOSTS,
    publicUrl: address('PUBLIC_URL', variables.PUBLIC_URL),
    fetchAllowPrivate: variables.FETCH_ALLOW_PRIVATE,
    dataDir,
    databasePath: databasePath(variables, cwd, dataDir),
    postgresUrl: POSTGRES.test(variables.DATABASE_URL) ? variables.DATABASE_URL : null,
    databasePoolSize: variables.DATABASE_POOL_SIZE,
    redis: redis(variables),
    milvus: milvus(variables),
    queueFallback: variables.QUEUE_FALLBACK,
    storage: storage(variables, cwd),
    signedDownloadSeconds: variables.SIGNED_DOWNLOADS ? variables.SIGNED_DOWNLOAD_SECONDS : null,
    retention: {
      enabled: variables.RETENTION_ENABLED,
      rawAudioDays: variables.PLC_RETENTION_RAW_AUDIO_DAYS,
      transcriptDays: variables.PLC_RETENTION_TRANSCRIPT_DAYS,
    },
    logLevel: variables.LOG_LEVEL,
    logDir: variables.LOG_DIR === '' ? null : resolve(cwd, variables.LOG_DIR),
    audioMaxFileSizeBytes: variables.AUDIO_MAX_FILE_SIZE,
    documentMaxFileSizeBytes: variables.DOCUMENT_MAX_FILE_SIZE,
    uploadMaxFileSizeBytes: variables.UPLOAD_MAX_FILE_SIZE,
    mediaMaxDurationMs: variables.MEDIA_MAX_HOURS * 3_600_000,
    liveCloseAfterMs: variables.LIVE_CLOSE_AFTER_SECONDS * 1000,
    liveMaxOpen: variables.LIVE_MAX_OPEN,
    transcribeChunkMs: variables.TRANSCRIBE_CHUNK_SECONDS * 1000,
    ...enginesConfig(variables, { cwd, dataDir, searchPath: environment['PATH'] ?? '' }),
    diarization: variables.DIARIZATION,
    speechProcesses: variables.SPEECH_PROCESSES || cores,
    speechJobs: variables.SPEECH_JOBS || Math.max(1, Math.floor(cores / 2)),
    transcribeHelpers: variables.TRANSCRIBE_HELPERS,
    lightJobs: variables.LIGHT_JOBS,
    jobTimeoutMs: variables.JOB_TIMEOUT * 1000,
    cacheTtlMs: variables.CACHE_TTL * 1000,
    shutdownDelayMs: variables.SHUTDOWN_DELAY_SECONDS * 1000,
    keepJobsDays: variables.JOB_RETENTION_DAYS,
    ffmpegPath,
    ffprobePath: findProgram(variables.FFPROBE_PATH || ffmpegPath.replace(/ffmpeg([^/\\]*)$/, 'ffprobe$1'), environment),
    pocketsphinxPath: findProgram(variables.POCKETSPHINX_PATH, environment),
    ...modelsConfig(variables),
    languageModelFallback: variables.LANGUAGE_MODEL_FALLBACK,
    pocketsphinxModelDir: variables.POCKETSPHINX_MODEL_DIR === '' ? null : resolve(cwd, variables.POCKETSPHINX_MODEL_DIR),
  });
}

/** The same settings on a folder of its own: embedded in every part, alone, and saying nothing. */
export function embeddedIn(config: Config, folder: string): Config {
  return {
    ...config,
    dataDir: folder,
    databasePath: join(folder, 'scholium.db'),
    postgresUrl: null,
    redis: null,
    milvus: null,
    storage: { mode: 'local' },
    transcribeHelpers: 0,
    languageModel: null,
    embeddings: null,
    logLevel: 'silent',
    logDir: null,
  };
}

/**
 * The configuration with another speech engine, as `TRANSCRIPTION_ENGINE` names it; the same where there is no wish.
 *
 * @throws AppError `configuration_invalid`, with the engines there are
 */
export function withEngine(config: Config, engine: string | null): Config {
  if (engine === null) return config;
  return { ...config, transcriptionEngine: readVariables({ TRANSCRIPTION_ENGINE: engine }).TRANSCRIPTION_ENGINE };
}

function apiKey({ API_KEY: key }: Variables): string | null {
  if (key === '') return null;
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new AppError('configuration_invalid', 'API_KEY may hold printable ASCII characters only, and no spaces.');
}

/** Where only the owner can reach the server nothing is counted. */
function limits({ RATE_LIMIT: byAddress, REQUEST_LIMIT: byKey, AUTH_MODE: mode, API_KEY: key }: Variables): Config['limits'] {
  return { byAddress: mode === 'personal' && key === '' ? null : byAddress, byKey: mode === 'personal' ? null : byKey };
}

/** Shorter ones can be guessed; better-auth wants as many. */
const LEAST_SECRET_LENGTH = 32;

function auth({
  AUTH_MODE: mode,
  AUTH_SECRET: secret,
  SIGN_UP: signUp,
  SESSION_DAYS: sessionDays,
  ...rest
}: Variables): AuthConfig {
  if (mode === 'personal') return { mode };
  const how = 'Set AUTH_SECRET to a long random value (openssl rand -base64 48), the same for all API processes.';
  if (secret === '' && rest.APP_ENV === 'production') {
    throw new AppError('configuration_invalid', `AUTH_MODE=accounts needs AUTH_SECRET in production. ${how}`);
  }
  if (secret !== '' && (secret.length < LEAST_SECRET_LENGTH || new Set(secret).size < 10)) {
    throw new AppError('configuration_invalid', `AUTH_SECRET can be guessed. ${how}`);
  }
  return { mode, secret: secret || null, signUp, sessionDays };
}

/** Whether only this machine can reach what listens there. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

const POSTGRES = /^postgres(?:ql)?:\/\//i;

function redis({ REDIS_URL: url, REDIS_PREFIX: prefix }: Variables): Config['redis'] {
  if (url === '') return null;
  if (/^rediss?:\/\//i.test(url) && URL.canParse(url)) return { url, prefix };
  throw new AppError('configuration_invalid', 'REDIS_URL is not an address such as "redis://host:6379".');
}

function milvus({ MILVUS_HOST: host, MILVUS_PORT: port, MILVUS_TLS: tls, ...rest }: Variables): Config['milvus'] {
  if (host === '') return null;
  const address = `${tls ? 'https' : 'http'}://${host}:${port}`;
  if (!/^[\w.-]+$|^\[[0-9a-f:.]+\]$/i.test(host) || !URL.canParse(address)) {
    throw new AppError(
      'configuration_invalid',
      'MILVUS_HOST is not the name of a host, such as "milvus". The port goes into MILVUS_PORT.',
    );
  }
  return { address, token: rest.MILVUS_TOKEN || null, prefix: rest.MILVUS_PREFIX };
}

function storage(variables: Variables, cwd: string): StorageConfig {
  const mode = variables.STORAGE_MODE;
  if (mode === 'local') return { mode };
  const name = mode === 's3' ? 'S3_BUCKET' : 'GCS_BUCKET';
  const bucket = variables[name];
  if (bucket === '') throw new AppError('configuration_invalid', `STORAGE_MODE=${mode} needs ${name}, the name of the bucket.`);
  if (mode === 's3')
    return {
      mode,
      bucket,
      prefix: variables.S3_PREFIX,
      endpoint: variables.S3_ENDPOINT_URL || null,
      region: variables.S3_REGION || null,
    };
  const file = variables.GOOGLE_APPLICATION_CREDENTIALS;
  return { mode, bucket, prefix: variables.GCS_PREFIX, credentialsFile: file === '' ? null : resolve(cwd, file) };
}

function readDotEnv(cwd: string): Environment {
  try {
    return parseEnv(readFileSync(join(cwd, '.env'), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}; // node:fs errors carry a code
    throw new AppError('configuration_invalid', 'The file ".env" cannot be read. Make it readable or remove it.', {
      cause: error,
    });
  }
}

function databasePath(variables: Variables, cwd: string, dataDir: string): string {
  const url = variables.DATABASE_URL;
  if (url === '' || POSTGRES.test(url)) return join(dataDir, 'scholium.db');
  const path = /^sqlite:\/\/(?:\/)?(.+)$/.exec(url)?.[1];
  if (path) return resolve(cwd, url.startsWith('sqlite:////') ? `/${path.replace(/^\/+/, '')}` : path);
  if (/^[a-z0-9+]+:\/\//i.test(url)) {
    throw new AppError(
      'configuration_invalid',
      'DATABASE_URL names a database that this version cannot use. Use "sqlite:///path", a path, or "postgresql://user:password@host/name".',
    );
  }
  return resolve(cwd, expandHome(url));
}

function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}

/** The absolute path of a program, or the name as it is when it is not found: whoever starts it says so. */
function findProgram(name: string, environment: Environment): string {
  if (isAbsolute(name)) return name;
  if (name.includes('/')) return resolve(name);
  for (const folder of (environment['PATH'] ?? '').split(delimiter)) {
    const candidate = join(folder, name);
    try {
      if (folder !== '') accessSync(candidate, constants.X_OK);
      else continue;
      return candidate;
    } catch {
      // not here
    }
  }
  return name;
}
