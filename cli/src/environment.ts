import { homedir } from 'node:os';
import { join } from 'node:path';

/** What the command line itself takes from the environment. The server's variables are read by the server (docs/config.md). */
export interface CliEnvironment {
  /** `SCHOLIUM_URL`: where the server is. */
  readonly serverUrl: string;
  /** `API_KEY`: sent as `X-API-Key`. */
  readonly apiKey: string | null;
  /** `XDG_STATE_HOME`: for what a command goes on with when it is run again (https://specifications.freedesktop.org/basedir). */
  readonly stateFolder: string;
  /** False when `NO_COLOR` is set to anything (https://no-color.org). */
  readonly color: boolean;
}

export const DEFAULT_SERVER_URL = 'http://localhost:8000';

/** Reads the command line's variables: the only place in cli/ that does. An empty value counts as not set. */
export function readEnvironment(environment: Readonly<Record<string, string | undefined>> = process.env): CliEnvironment {
  return {
    serverUrl: environment['SCHOLIUM_URL'] || DEFAULT_SERVER_URL,
    apiKey: environment['API_KEY'] || null,
    stateFolder: join(environment['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'scholium'),
    color: !environment['NO_COLOR'] && environment['TERM'] !== 'dumb',
  };
}
