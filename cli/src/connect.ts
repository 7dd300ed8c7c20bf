import { createClient, type Client } from '@scholium/client';
import { CliError } from './cli-error.ts';

/** @throws CliError `usage` for an address that is none */
export function connect(serverUrl: string, apiKey: string | null): Client {
  if (!/^https?:\/\//i.test(serverUrl) || !URL.canParse(serverUrl)) {
    throw new CliError(
      'usage',
      'invalid_request',
      `"${serverUrl}" is not the address of a server. Give one like http://localhost:8000 with --server or SCHOLIUM_URL.`,
    );
  }
  return createClient(apiKey === null ? { baseUrl: serverUrl } : { baseUrl: serverUrl, apiKey });
}
