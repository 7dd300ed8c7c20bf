import type { AddressInfo } from 'node:net';
import type { HealthReply } from '@scholium/contract';
import { AppError } from './core/domain/app-error.ts';
import { setupToken } from './compose-accounts.ts';
import { compose, type Composition, type Ports } from './compose.ts';
import { isLoopbackHost, loadConfig, type Config } from './config.ts';
import type { Probes } from './faces/worker/serve-probes.ts';

export interface ServeOptions {
  /** Each stands in for the variable of the configuration. */
  readonly role?: Config['role'];
  readonly port?: number;
  readonly host?: string;
  readonly config?: Config;
  /** Closes the server when it is aborted. */
  readonly signal?: AbortSignal;
  /** Stand in for ports: tests and benchmarks. */
  readonly overrides?: Partial<Ports>;
}

export interface RunningServer {
  /** Where the API listens; null for a worker without one. */
  readonly url: string | null;
  /** Where a worker shows its figures and its health; null when nowhere. */
  readonly probesUrl: string | null;
  readonly config: Config;
  /** With this the first administrator signs up (`AUTH_MODE=accounts`); null: there is one, or nobody signs in. */
  readonly setupToken: string | null;
  /** What works and what does not, dependency by dependency. */
  health(): Promise<HealthReply>;
  /** Takes no more requests and jobs, lets those in work end within the grace time, hands back the rest, and closes everything. Safe to call again. */
  close(): Promise<void>;
}

/** Container runtimes wait 10 s before they kill; this leaves them room. */
const GRACE_MS = 8_000;

/**
 * Starts Scholium: the API, the worker, or both, by role.
 *
 * @throws AppError `port_in_use`, `configuration_invalid`, `storage_unavailable`, `database_unavailable`, each with the cure
 * @example const server = await serve({ port: 0 }); await fetch(`${server.url}/health`); await server.close();
 */
export async function serve(options: ServeOptions = {}): Promise<RunningServer> {
  const loaded = options.config ?? loadConfig();
  const config: Config = {
    ...loaded,
    role: options.role ?? loaded.role,
    port: options.port ?? loaded.port,
    host: options.host ?? loaded.host,
  };
  requireKey(config);
  const composition = await compose(config, options.overrides);
  const { ports } = composition;
  const { log } = ports;
  try {
    const api = config.role === 'worker' ? null : await startApi(config, composition.api);
    const probes = config.role === 'worker' ? await startProbes(config, composition) : null;
    const token = api ? await setupToken(ports) : null;
    const runner = config.role === 'api' ? composition.startFallback() : composition.startWorker();
    log.info('application', 'server.started', { role: config.role, url: api?.url ?? null, probesUrl: probes?.url ?? null });
    let closing: Promise<void> | null = null;
    const close = async (): Promise<void> => {
      log.info('application', 'server.stopping', { jobsInWork: runner?.running() ?? 0 });
      composition.announceStop();
      if (api) await ports.clock.sleep(config.shutdownDelayMs, new AbortController().signal);
      await Promise.all([api?.close(), runner?.stop({ graceMs: GRACE_MS })]);
      // Last: whoever watches sees that it is not ready any more, not that it is gone.
      await probes?.close();
      await composition.close();
    };
    const closeOnce = (): Promise<void> => (closing ??= close());
    options.signal?.addEventListener('abort', () => void closeOnce(), { once: true });
    if (options.signal?.aborted) await closeOnce();
    return {
      url: api?.url ?? null,
      probesUrl: probes?.url ?? null,
      config,
      setupToken: token,
      health: composition.api.health,
      close: closeOnce,
    };
  } catch (error) {
    await composition.close();
    throw error;
  }
}

async function startApi(
  config: Config,
  deps: Awaited<ReturnType<typeof compose>>['api'],
): Promise<{ url: string; close: () => Promise<void> }> {
  const { buildApi } = await import('./faces/api/build-api.ts');
  const api = await buildApi(deps);
  try {
    await api.listen({ host: config.host, port: config.port });
  } catch (error) {
    await api.close();
    throw listenError(error, { ...config, variable: 'PORT' });
  }
  const { port } = api.server.address() as AddressInfo; // a TCP server that listens has one
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  return { url: `http://${host === '127.0.0.1' ? 'localhost' : host}:${port}`, close: () => api.close() };
}

async function startProbes(config: Config, { ports, api }: Composition): Promise<Probes | null> {
  const { host, workerPort: port } = config;
  if (port === null) return null;
  const { serveProbes } = await import('./faces/worker/serve-probes.ts');
  try {
    return await serveProbes({ metrics: ports.metrics, readiness: api.readiness, log: ports.log }, { host, port });
  } catch (error) {
    throw listenError(error, { host, port, variable: 'WORKER_PORT' });
  }
}

function listenError(error: unknown, { host, port, variable }: { host: string; port: number; variable: string }): AppError {
  const code = (error as NodeJS.ErrnoException).code; // node:net errors carry a code
  if (code === 'EADDRINUSE') {
    return new AppError(
      'port_in_use',
      `Port ${port} is taken by another program. Stop that program, or choose another port: ${variable}=${port + 1} npm start.`,
      { cause: error },
    );
  }
  if (code === 'EACCES')
    return new AppError(
      'port_in_use',
      `Port ${port} needs administrator rights. Choose a port above 1023, for example ${variable}=8000.`,
      { cause: error },
    );
  return new AppError(
    'configuration_invalid',
    `Cannot listen on HOST=${host}, ${variable}=${port}. Use an address of this machine, for example HOST=127.0.0.1.`,
    { cause: error },
  );
}

/** What a guesser tries first is shorter, or one character again and again. */
const LEAST_KEY_LENGTH = 16;
const LEAST_KEY_CHARACTERS = 6;

/** Whoever reaches the port owns everything, unless a key is asked for. A worker shows figures only. */
function requireKey({ host, apiKey, role, appEnv, auth }: Config): void {
  const isAlone = role === 'worker' || isLoopbackHost(host);
  const how =
    'Set API_KEY to a long random value (openssl rand -base64 24), which every request must then carry, or AUTH_MODE=accounts';
  if (apiKey === null) {
    if (isAlone || auth.mode === 'accounts') return;
    throw new AppError(
      'configuration_invalid',
      `HOST=${host} would let everybody in. ${how}, or use HOST=127.0.0.1 and reach it through an SSH tunnel.`,
    );
  }
  const isWeak = apiKey.length < LEAST_KEY_LENGTH || new Set(apiKey).size < LEAST_KEY_CHARACTERS;
  if (isWeak && (!isAlone || appEnv === 'production')) {
    throw new AppError('configuration_invalid', `API_KEY can be guessed. ${how}.`);
  }
}
