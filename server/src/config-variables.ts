import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { AppError } from './core/domain/app-error.ts';

type Environment = Readonly<Record<string, string | undefined>>;

interface Variable<T> {
  /** Other names that are read too. */
  readonly aliases: readonly string[];
  readonly default: string;
  readonly schema: z.ZodType<T, string>;
  /** One or two sentences for docs/config.md. */
  readonly about: string;
}

const text = z.string();
const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .pipe(z.number().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`));

const SIZE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
};
/** `104857600`, `100MB`, `2 GiB` -> bytes */
const size = z
  .string()
  .regex(/^\d+ ?(?:b|[kmg]i?b)?$/i, 'must be a number of bytes or a size such as "100MB"')
  .transform((value) => Number.parseInt(value, 10) * (SIZE_UNITS[value.replace(/[\d ]/g, '').toLowerCase()] ?? 1));
const flag = z
  .enum(['true', 'false', '1', '0', 'yes', 'no'], { error: 'must be `true` or `false`' })
  .transform((value) => ['true', '1', 'yes'].includes(value));
const RATE_UNITS = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
/** `100/minute` -> so many in so many milliseconds; `off` -> null */
const rate = z
  .string()
  .regex(
    /^(?:off|[1-9]\d{0,8} ?\/ ?(?:second|minute|hour|day))$/,
    'must be a number a time, such as "100/minute" or "100/hour", or "off"',
  )
  .transform((value) => {
    if (value === 'off') return null;
    const [most = '', unit = ''] = value.split('/').map((part) => part.trim());
    return { most: Number(most), windowMs: RATE_UNITS[unit as keyof typeof RATE_UNITS] }; // the pattern names all units
  });
const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);

function variable<T>(
  about: string,
  fallback: string,
  schema: z.ZodType<T, string>,
  aliases: readonly string[] = [],
): Variable<T> {
  return { about, default: fallback, schema, aliases };
}

/** Every variable Scholium reads: canonical name, default, what it may be, other names. docs/config.md is checked against it. */
export const variables = {
  APP_ENV: variable('`development`, `production` or `test`.', 'development', z.enum(['development', 'production', 'test']), [
    'ENVIRONMENT',
    'FLASK_ENV',
    'NODE_ENV',
  ]),
  SCHOLIUM_ROLE: variable(
    'What this process does: `all`, `api` (takes requests) or `worker` (runs jobs).',
    'all',
    z.enum(['all', 'api', 'worker']),
  ),
  HOST: variable(
    'Address to listen on. Addresses that others can reach need `API_KEY` or `AUTH_MODE=accounts`, and their names in `PUBLIC_HOSTS`.',
    '127.0.0.1',
    text,
  ),
  PORT: variable('Port to listen on; 0 takes a free one.', '8000', wholeNumber(0, 65_535)),
  WORKER_PORT: variable(
    'Port on which a process of the role `worker` shows `/metrics`, `/health/live` and `/health/ready`; 0: it listens nowhere.',
    '0',
    wholeNumber(0, 65_535),
  ),
  AUTH_MODE: variable(
    '`personal`: one owner, nobody signs in. `accounts`: people sign in, and own what they make.',
    'personal',
    z.enum(['personal', 'accounts']),
  ),
  AUTH_SECRET: variable(
    'Signs sessions, at least 32 characters; the same for all API processes. Empty: one is made and kept in `DATA_DIR/auth-secret`; in production it must be set.',
    '',
    text,
  ),
  SIGN_UP: variable(
    'Who may sign up with `AUTH_MODE=accounts`: `open` (everybody), `invitation`, or `closed`.',
    'invitation',
    z.enum(['open', 'invitation', 'closed']),
  ),
  SESSION_DAYS: variable('Days without a visit after which somebody must sign in again.', '30', wholeNumber(1, 365)),
  RATE_LIMIT: variable(
    'Requests from one address (`100/minute`), where others can reach the server (`API_KEY` or `AUTH_MODE=accounts`); `off`: as many as they like. Pages, probes and pieces of uploads do not count.',
    '100/minute',
    rate,
  ),
  REQUEST_LIMIT: variable(
    'What may be asked for with one key (`100/hour`) for each permission but `read`, with `AUTH_MODE=accounts`; `off`: as much as they like.',
    '100/hour',
    rate,
  ),
  API_KEY: variable(
    'A key that every request must carry, as `X-API-Key` or `Authorization: Bearer`; with `AUTH_MODE=accounts` one more key, of a member named `local`. Empty: none.',
    '',
    text,
  ),
  PUBLIC_HOSTS: variable('Further host names that requests may be addressed to, separated by commas.', '', list),
  PUBLIC_URL: variable(
    'Where people reach this server (`https://notes.example.org`); links in exported files lead there. Empty: they lead within the file.',
    '',
    text,
  ),
  FETCH_ALLOW_PRIVATE: variable(
    'Networks (`10.0.0.0/8`), addresses and host names outside the public internet that web pages may be fetched from, separated by commas.',
    '',
    list,
  ),
  DATA_DIR: variable('Folder for recordings, exports and the database.', 'data', text.min(1), [
    'PLC_STORAGE_DIR',
    'STORAGE_BASE_PATH',
  ]),
  DATABASE_URL: variable(
    '`sqlite:///path` (from the folder that Scholium is started in; `sqlite:////path` from the root), a path, or `postgresql://user:password@host/name`. Empty: `scholium.db` in `DATA_DIR`.',
    '',
    text,
    ['DB_URL', 'DB_PATH', 'SQLITE_DB_PATH'],
  ),
  DATABASE_POOL_SIZE: variable('Connections to PostgreSQL that this process keeps at most.', '20', wholeNumber(2, 1000)),
  REDIS_URL: variable(
    '`redis://` or `rediss://` address of the queue. Empty: processes tell each other through PostgreSQL, or look for themselves.',
    '',
    text,
    ['CELERY_BROKER_URL', 'CELERY_RESULT_BACKEND'],
  ),
  REDIS_PREFIX: variable('Keeps installations on one Redis apart.', 'scholium', text.min(1)),
  QUEUE_FALLBACK: variable(
    '`inline`: while Redis is away an API process runs jobs itself. `none`: they wait for a worker.',
    'none',
    z.enum(['none', 'inline']),
  ),
  MILVUS_HOST: variable(
    'Host of a Milvus (2.4 or later) that finds the nearest vectors. Empty: the search index does.',
    '',
    text,
  ),
  MILVUS_PORT: variable('Its port.', '19530', wholeNumber(1, 65_535)),
  MILVUS_TOKEN: variable('An API key of it, or `user:password`.', '', text),
  MILVUS_TLS: variable('Speaks TLS to it.', 'false', flag),
  MILVUS_PREFIX: variable(
    'Keeps installations on one Milvus apart. Collections whose names begin so are dropped when nothing of them is needed any more.',
    'scholium',
    text.regex(/^[A-Za-z_]\w{0,100}$/),
  ),
  STORAGE_MODE: variable(
    'Where recordings and exports lie: `local` (`DATA_DIR`), `s3` or `gcs`.',
    'local',
    z.enum(['local', 's3', 'gcs']),
    ['STORAGE_TYPE'],
  ),
  S3_BUCKET: variable('The bucket, for `STORAGE_MODE=s3`.', '', text),
  S3_PREFIX: variable('Put before every key in the bucket.', '', text),
  S3_ENDPOINT_URL: variable('Address of an S3-compatible store. Empty: AWS.', '', text),
  S3_REGION: variable('Region of the bucket. Empty: what the profile of the machine says.', '', text, ['AWS_REGION']),
  GCS_BUCKET: variable('The bucket, for `STORAGE_MODE=gcs`.', '', text),
  GCS_PREFIX: variable('Put before every key in the bucket.', '', text),
  GOOGLE_APPLICATION_CREDENTIALS: variable('Key file for Google Cloud. Empty: what the machine is given.', '', text),
  SIGNED_DOWNLOADS: variable(
    '`true`: recordings and exports in a bucket are fetched from it, at signed addresses that expire; browsers must reach it. `false`: they come through the API.',
    'false',
    flag,
  ),
  SIGNED_DOWNLOAD_SECONDS: variable(
    'How long such an address is good. A player goes on asking the address that it was led to.',
    '3600',
    wholeNumber(30, 604_800),
  ),
  LOG_LEVEL: variable(
    '`debug`, `info`, `warn`, `error` or `silent`.',
    'info',
    z.enum(['debug', 'info', 'warn', 'error', 'silent']),
  ),
  LOG_DIR: variable('Folder for log files (10 MB each, 5 are kept). Empty: standard output only.', '', text),
  AUDIO_MAX_FILE_SIZE: variable('Largest upload in one request, in bytes or as `100MB`, `2GiB`.', '100MiB', size),
  UPLOAD_MAX_FILE_SIZE: variable(
    'Largest file that may arrive in pieces (resumable upload), in bytes or as `20GB`.',
    '20GB',
    size,
  ),
  DOCUMENT_MAX_FILE_SIZE: variable('Largest document that is read, in bytes or as `200MB`.', '200MiB', size),
  LIVE_CLOSE_AFTER_SECONDS: variable(
    'A live recording that gets no sound for so long is closed by itself, in seconds.',
    '300',
    wholeNumber(1, 86_400),
  ),
  LIVE_MAX_OPEN: variable('How many live recordings one person may have open at once.', '4', wholeNumber(1, 100)),
  MEDIA_MAX_HOURS: variable('Longest recording, by decoded sound, in hours.', '12', wholeNumber(1, 240)),
  TRANSCRIBE_CHUNK_SECONDS: variable(
    'Longest piece of sound that an engine gets at once, in seconds.',
    '30',
    wholeNumber(5, 600),
  ),
  TRANSCRIPTION_ENGINE: variable(
    '`auto` takes the best engine that is ready; `sherpa`, `whisper-cpp`, `openai` or `pocketsphinx` forces that one.',
    'auto',
    z.enum(['auto', 'sherpa', 'whisper-cpp', 'openai', 'pocketsphinx']),
  ),
  TRANSCRIBE_BASE_URL: variable(
    "A server of your own that speaks OpenAI's `/v1/audio/transcriptions`, such as `http://127.0.0.1:8000/v1`. Recordings go there. Empty: OpenAI, where `TRANSCRIBE_API_KEY` is set.",
    '',
    text,
  ),
  TRANSCRIBE_API_KEY: variable('Key for that server, or for OpenAI.', '', text),
  TRANSCRIBE_MODEL: variable('The model that it is asked for.', 'whisper-1', text.min(1)),
  WHISPER_CPP_PATH: variable(
    'Folder that holds `whisper-server` and `whisper-cli`, or the path of one of them. Empty: they are looked for on `PATH`.',
    '',
    text,
  ),
  WHISPER_MODEL: variable(
    'The usual speech model: a size (`base`, `large-v3`, `openai/whisper-large-v3`), a name of `scholium models list`, or the path of a folder or file of your own (begins with `/`, `.` or `~`). Empty: the best that is here.',
    '',
    text,
    ['WHISPER_MODEL_PATH'],
  ),
  AI_DEVICE: variable(
    'What computes speech: `cpu`, `cuda`, `coreml`, `metal`, `directml`, `vulkan`. `auto`: what the engine takes by itself.',
    'auto',
    z.enum(['auto', 'cpu', 'gpu', 'cuda', 'coreml', 'metal', 'directml', 'vulkan']),
  ),
  MODELS_DIR: variable('Folder for speech models. Empty: `models` in `DATA_DIR`.', '', text),
  MODELS_BASE_URL: variable(
    'A mirror in place of `https://huggingface.co`, with the same paths. It is trusted, in a private network too.',
    '',
    text,
  ),
  MODELS_OFFLINE: variable('`true`: speech models are never fetched; copy them and run `scholium models verify`.', 'false', flag),
  HF_TOKEN: variable('Token of a Hugging Face account, for models that want one. Sent to `huggingface.co` only.', '', text),
  DIARIZATION: variable(
    '`auto` finds out who speaks after each transcription, with models where they are fetched, else roughly; `off` does not.',
    'auto',
    z.enum(['auto', 'off']),
  ),
  DIARIZATION_MODEL: variable(
    'The model that tells where voices change: a name of `scholium models list` (`pyannote/speaker-diarization-3.1` means its `pyannote-segmentation-3.0`), or the path of a folder of your own that holds `model.onnx` (begins with `/`, `.` or `~`). Empty: `pyannote-segmentation-3.0`.',
    '',
    text,
    ['DIARIZATION_MODEL_PATH'],
  ),
  SPEECH_PROCESSES: variable('Speech engine processes side by side; 0 takes one a core.', '0', wholeNumber(0, 256)),
  SPEECH_JOBS: variable('Recordings that are transcribed at the same time; 0 takes half the cores.', '0', wholeNumber(0, 256)),
  LIGHT_JOBS: variable('Other jobs that run at the same time.', '2', wholeNumber(1, 256)),
  TRANSCRIBE_HELPERS: variable(
    'How many other workers may help with one long recording. Of use when workers run on several machines.',
    '0',
    wholeNumber(0, 64),
  ),
  JOB_TIMEOUT: variable('Seconds after which a job is stopped and tried again.', '3600', wholeNumber(1, 604_800)),
  JOB_RETENTION_DAYS: variable(
    'Days after which finished jobs are forgotten (their results are not).',
    '30',
    wholeNumber(1, 3650),
    ['KEEP_JOBS_DAYS'],
  ),
  RETENTION_ENABLED: variable('`true` puts old recordings and transcripts into the trash once a day.', 'false', flag),
  PLC_RETENTION_RAW_AUDIO_DAYS: variable('Days after which recordings go, by that.', '30', wholeNumber(1, 36_500)),
  PLC_RETENTION_TRANSCRIPT_DAYS: variable('Days after which transcripts go, by that.', '14', wholeNumber(1, 36_500)),
  SHUTDOWN_DELAY_SECONDS: variable(
    'Seconds between `/health/ready` saying no and the end of taking requests, so that load balancers look elsewhere first.',
    '0',
    wholeNumber(0, 600),
  ),
  FFMPEG_PATH: variable('The ffmpeg program.', 'ffmpeg', text.min(1)),
  FFPROBE_PATH: variable('The ffprobe program. Empty: beside ffmpeg.', '', text),
  POCKETSPHINX_PATH: variable('The pocketsphinx_batch program.', 'pocketsphinx_batch', text.min(1)),
  POCKETSPHINX_MODEL_DIR: variable(
    'Folder with `en-us/`, `en-us.lm.bin` and `cmudict-en-us.dict`. Empty: where packages put it.',
    '',
    text,
  ),
  LANGUAGE_MODEL: variable(
    'Who writes notes and answers: `extractive` (sentences of the source, nothing is sent), `openai`, `anthropic`, `gemini` or `openai-compatible`. `auto` takes the first of openai-compatible, openai, anthropic, gemini that is set, else extractive.',
    'auto',
    z.enum(['auto', 'extractive', 'openai', 'anthropic', 'gemini', 'openai-compatible']),
  ),
  LANGUAGE_MODEL_FALLBACK: variable(
    'What the language model cannot write, `extractive` writes and says so; with `none` the work fails with the reason.',
    'extractive',
    z.enum(['extractive', 'none']),
  ),
  LANGUAGE_MODEL_CONTEXT_TOKENS: variable(
    'Tokens that fit into the model, request and reply together; 0 goes by its name, 8192 where that is unknown.',
    '0',
    wholeNumber(0, 10_000_000),
  ),
  OPENAI_API_KEY: variable('Key for OpenAI.', '', text),
  OPENAI_MODEL: variable('The model of OpenAI that writes.', 'gpt-4.1-mini', text.min(1)),
  OPENAI_BASE_URL: variable('A proxy in place of `https://api.openai.com/v1`. Gets the key.', '', text),
  OPENAI_EMBEDDING_MODEL: variable('The model of OpenAI for search by meaning. Empty: `text-embedding-3-small`.', '', text),
  ANTHROPIC_API_KEY: variable('Key for Anthropic.', '', text),
  ANTHROPIC_MODEL: variable('The model of Anthropic that writes.', 'claude-haiku-4-5', text.min(1)),
  ANTHROPIC_BASE_URL: variable('A proxy in place of `https://api.anthropic.com/v1`. Gets the key.', '', text),
  GEMINI_API_KEY: variable('Key for Gemini.', '', text),
  GEMINI_MODEL: variable('The model of Gemini that writes.', 'gemini-2.5-flash', text.min(1)),
  GEMINI_BASE_URL: variable('A proxy in place of `https://generativelanguage.googleapis.com/v1beta`. Gets the key.', '', text),
  GEMINI_EMBEDDING_MODEL: variable('The model of Gemini for search by meaning. Empty: `gemini-embedding-001`.', '', text),
  OPENAI_COMPATIBLE_BASE_URL: variable(
    'Address of a server that speaks as OpenAI does (Ollama, vLLM, LM Studio), such as `http://localhost:11434/v1`.',
    '',
    text,
  ),
  OPENAI_COMPATIBLE_API_KEY: variable('Key for that server, if it wants one.', '', text),
  OPENAI_COMPATIBLE_MODEL: variable('The model of that server that writes.', '', text),
  OPENAI_COMPATIBLE_STRUCTURED_OUTPUTS: variable(
    'Whether that server knows JSON schemas (`response_format`); `false` puts them into the instructions.',
    'true',
    flag,
  ),
  OPENAI_COMPATIBLE_EMBEDDING_MODEL: variable('The model of that server for search by meaning.', '', text),
  EMBEDDINGS: variable(
    'Whose vectors search by meaning uses: `embedded` (English, nothing is sent), `openai`, `gemini` or `openai-compatible`. `auto` takes the provider whose `_EMBEDDING_MODEL` is set, else embedded.',
    'auto',
    z.enum(['auto', 'embedded', 'openai', 'gemini', 'openai-compatible']),
  ),
  LANGUAGE_MODEL_PRICE: variable(
    'US dollars for a million tokens in and out, as `2.5/15`, for models whose price Scholium does not know or has wrong. Empty: the list price, or unknown.',
    '',
    z
      .string()
      .regex(/^(?:\d{1,6}(?:\.\d{1,6})?\/\d{1,6}(?:\.\d{1,6})?)?$/, 'must be two numbers such as 2.5/15')
      .transform((text): readonly number[] => (text === '' ? [] : text.split('/').map(Number))),
  ),
  CACHE_TTL: variable(
    'Seconds for which an answer, and the vector of a question, is used again; 0 switches that off. A changed text, model, preset or conversation is always answered anew.',
    '86400',
    wholeNumber(0, 31_536_000),
  ),
  EMBEDDING_DIMENSIONS: variable(
    'Length of the vectors; 0 goes by the model. Must be set for `openai-compatible` and for models that Scholium does not know.',
    '0',
    wholeNumber(0, 16_000),
  ),
} as const;

/** Many tools set it for their own purposes: it counts only when nothing else is said. */
const SET_BY_TOOLS = 'NODE_ENV';

export type Variables = { readonly [K in keyof typeof variables]: z.output<(typeof variables)[K]['schema']> };

/**
 * Reads all variables under their names, aliases and `NAME_FILE` forms. An empty value counts as not set.
 * What `environment` says of a setting, under any name, wins over `fallback` (a `.env` file).
 *
 * @throws AppError `configuration_invalid` when a value is wrong or two names disagree
 */
export function readVariables(environment: Environment, fallback: Environment = {}): Variables {
  const entries = Object.entries(variables).map(([name, definition]) => {
    const names = [name, ...definition.aliases];
    const meant = names.filter((each) => each !== SET_BY_TOOLS);
    const set = readOne(environment, meant) ?? readOne(fallback, meant) ?? readOne({ ...fallback, ...environment }, names);
    const parsed = definition.schema.safeParse(set?.value ?? definition.default);
    if (parsed.success) return [name, parsed.data];
    const why = parsed.error.issues.map((issue) => issue.message).join('; ');
    throw new AppError('configuration_invalid', `${set?.name ?? name} is set to a value that cannot be used: ${why}.`);
  });
  return Object.fromEntries(entries) as Variables; // fromEntries loses the keys
}

function readOne(environment: Environment, names: readonly string[]): { name: string; value: string } | null {
  const set = names.flatMap((name) => {
    const value = readValue(environment, name);
    return value === null ? [] : [{ name, value }];
  });
  const [first, ...others] = set;
  const other = others.find(({ value }) => value !== first?.value);
  if (first && other) {
    throw new AppError(
      'configuration_invalid',
      `${first.name} and ${other.name} are two names of one setting and have different values. Remove one of them.`,
    );
  }
  return first ?? null;
}

function readValue(environment: Environment, name: string): string | null {
  const value = environment[name];
  if (value !== undefined && value !== '') return value;
  const file = environment[`${name}_FILE`];
  if (file === undefined || file === '') return null;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new AppError('configuration_invalid', `${name}_FILE names a file that cannot be read.`, { cause });
  }
}
