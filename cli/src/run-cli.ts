import { CommanderError } from 'commander';
import { tell } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { readEnvironment } from './environment.ts';
import { exitCodes } from './exit-codes.ts';
import { createProgram, type GlobalOptions } from './program.ts';
import { createTerminal, type Terminal } from './terminal/terminal.ts';

/** Runs one command line and returns its exit code. Everything that goes wrong is told here, in one sentence. */
export async function runCli(argv: readonly string[]): Promise<number> {
  const environment = readEnvironment();
  const interruption = listenForInterruption();
  process.stdout.on('error', endWhenNobodyReads);
  let options: GlobalOptions = {
    json: argv.includes('--json'),
    debug: argv.includes('--debug'),
    color: !argv.includes('--no-color'),
  };
  let terminal = createTerminal(process, { color: environment.color && options.color });
  let exitCode: number = exitCodes.ok.code;
  const program = createProgram(async (given, command) => {
    options = given;
    terminal = createTerminal(process, { color: environment.color && given.color });
    const serverUrl = given.server ?? environment.serverUrl;
    const context: CommandContext = {
      terminal,
      json: given.json ?? false,
      serverUrl,
      stateFolder: environment.stateFolder,
      connect: async () => (await import('./connect.ts')).connect(serverUrl, environment.apiKey),
      signal: interruption.signal,
    };
    exitCode = (await command(context)) ?? exitCodes.ok.code;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return endOfCommander(terminal, options, error);
    if (interruption.signal.aborted) {
      terminal.note('scholium: stopped.');
      return exitCodes.interrupted.code;
    }
    return tellError(terminal, options, error);
  } finally {
    interruption.stop();
  }
}

/** commander has told what is wrong already; help and version are no errors. */
function endOfCommander(terminal: Terminal, options: GlobalOptions, error: CommanderError): number {
  if (error.exitCode === 0) return exitCodes.ok.code;
  const detail = error.message.replace(/^error: /, '');
  if (options.json) terminal.print(JSON.stringify({ error: { code: 'invalid_request', detail } }, null, 2));
  return exitCodes.usage.code;
}

function tellError(terminal: Terminal, options: GlobalOptions, error: unknown): number {
  const { code, detail, exitCode } = tell(error);
  if (options.json) terminal.print(JSON.stringify({ error: { code, detail } }, null, 2));
  terminal.note(`scholium: ${detail}`);
  if (options.debug) terminal.note(error instanceof Error ? describe(error) : String(error));
  return exitCode;
}

function describe(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by: ${describe(error.cause)}` : '';
  return (error.stack ?? String(error)) + cause;
}

/** `scholium jobs | head` closes the pipe when it has enough: that is no failure. */
function endWhenNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(exitCodes.ok.code);
}

/** The first Ctrl-C asks the command to stop in good order; a second one ends the process at once. */
function listenForInterruption(): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted.code);
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    stop: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
