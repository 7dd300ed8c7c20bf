import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embeddedIn, type Config } from '../config.ts';
import type { Log } from '../core/ports/log.ts';
import type { MediaDecoder } from '../core/ports/media-decoder.ts';
import { bucketOf, checkBucket } from './check-bucket.ts';
import { checkConfiguration } from './check-configuration.ts';
import { checkDatabase } from './check-database.ts';
import { checkEngines, type EnginePorts } from './check-engines.ts';
import { checkDataFolder, checkNode } from './check-machine.ts';
import { checkMedia } from './check-media.ts';
import { checkPort, checkServer } from './check-port.ts';
import { checkPostgres } from './check-postgres.ts';
import { checkRedisServer } from './check-redis.ts';
import { findingOf, ok, problem, type Finding } from './finding.ts';

/** The product put together on a folder of its own. */
export interface Patient {
  readonly ports: EnginePorts & { readonly decoder: Pick<MediaDecoder, 'version'> };
  close(): Promise<void>;
}

export interface DoctorDeps {
  readonly loadConfig: () => Config;
  /** `compose`: what goes wrong here is found, not thrown. */
  readonly compose: (config: Config, overrides: { log?: Log }) => Promise<Patient>;
}

export interface DoctorInput {
  readonly cwd: string;
  readonly nodeVersion: string;
  /** Where the command line looks for a server. */
  readonly serverUrl: string;
}

/**
 * Checks everything that a user can get wrong, one finding after the other. Changes nothing on the machine; in
 * Redis and the bucket it writes one thing of its own and removes it.
 */
export async function* runDoctor(deps: DoctorDeps, input: DoctorInput, signal: AbortSignal): AsyncGenerator<Finding, void> {
  yield checkNode(input.nodeVersion);
  const configuration = await checkConfiguration({ cwd: input.cwd, load: deps.loadConfig });
  yield* configuration;
  if (configuration.some(({ status }) => status === 'problem')) return; // nothing else can be looked at
  const config = deps.loadConfig();
  const folder = await mkdtemp(join(tmpdir(), 'scholium-doctor-'));
  try {
    yield* await checkDataFolder(config.dataDir);
    const port = await checkPort(config.host, config.port);
    yield port.finding;
    if (config.postgresUrl !== null) yield* await checkPostgres(config.postgresUrl);
    else {
      yield await checkDatabase({
        path: config.databasePath,
        folder,
        running: port.running,
        open: (path, log) => openAndClose(deps, apart(config, folder, path), log),
      });
    }
    if (config.redis !== null) yield* await checkRedisServer(config.redis);
    const bucket = bucketOf(config.storage, folder);
    if (bucket) yield await checkBucket(bucket);
    signal.throwIfAborted();
    yield* await checkComposed(deps, config, folder, signal);
    yield await checkServer(input.serverUrl);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function openAndClose(deps: DoctorDeps, config: Config, log: Log): Promise<void> {
  const patient = await deps.compose(config, { log });
  await patient.close();
}

async function checkComposed(deps: DoctorDeps, config: Config, folder: string, signal: AbortSignal): Promise<Finding[]> {
  const findings: Finding[] = [];
  const whole = await findingOf('Scholium', async () => {
    const patient = await deps.compose(apart(config, folder, join(folder, 'empty.db')), {});
    try {
      findings.push(
        ...(await checkMedia(config, () => patient.ports.decoder.version())),
        ...(await checkEngines(config.postgresUrl === null ? patient.ports : { ...patient.ports, searchIndex: null }, signal)),
      );
    } finally {
      await patient.close();
    }
    return ok('Scholium', 'All parts fit together.');
  });
  if (whole.status === 'ok') return findings;
  return [...findings, problem(whole.name, whole.message, whole.cure ?? 'Install Scholium again.')];
}

/** The same settings on a folder of our own, saying nothing. */
function apart(config: Config, folder: string, databasePath: string): Config {
  return { ...embeddedIn(config, join(folder, 'data')), databasePath };
}
