import { createInterface } from 'node:readline/promises';
import { CliError } from '../cli-error.ts';
import type { CommandContext } from '../command-context.ts';

/**
 * Asks a question that only `y` or `yes` answers with yes.
 *
 * @param instead the command that needs no answer, told when there is nobody to ask
 * @throws CliError `usage` when no person sits at the terminal
 */
export async function confirm(
  context: Pick<CommandContext, 'signal'>,
  question: string,
  instead: string,
  streams: { readonly input: NodeJS.ReadStream; readonly output: NodeJS.WriteStream } = {
    input: process.stdin,
    output: process.stderr,
  },
): Promise<boolean> {
  if (!streams.input.isTTY) throw new CliError('usage', 'invalid_request', `There is nobody to ask. Use: ${instead}`);
  const lines = createInterface(streams);
  try {
    return /^y(?:es)?$/i.test((await lines.question(`${question} [y/N] `, { signal: context.signal })).trim());
  } finally {
    lines.close();
  }
}
