import type { Client } from '@scholium/client';
import type { Terminal } from './terminal/terminal.ts';

/** What every command gets. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Results as JSON on standard output, nothing else there. */
  readonly json: boolean;
  /** Where the server is. */
  readonly serverUrl: string;
  /** Where commands keep what the next run of them goes on with. */
  readonly stateFolder: string;
  /** A client of that server; loaded when first asked for. */
  readonly connect: () => Promise<Client>;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
}

/** Prints the result: as JSON when that is wanted, else by `show`. */
export function printResult(context: CommandContext, result: unknown, show: () => void): void {
  if (context.json) context.terminal.print(JSON.stringify(result, null, 2));
  else show();
}
