import { once } from 'node:events';
import type { RunningServer } from '@scholium/server/main.ts';
import type { CommandContext } from '../command-context.ts';

/** `scholium serve` and `scholium worker`: runs until Ctrl-C or SIGTERM, then finishes in good order. */
export async function serveUntilStopped(
  context: CommandContext,
  options: { role?: 'all' | 'api' | 'worker'; port?: number; host?: string },
): Promise<void> {
  const { signal, terminal } = context;
  const { serve } = await import('@scholium/server/main.ts');
  const server = await serve(options);
  terminal.note(
    server.url === null
      ? 'Scholium works on jobs. Stop it with Ctrl-C.'
      : `Scholium is ready at ${server.url} (stop it with Ctrl-C).`,
  );
  if (server.setupToken !== null) {
    terminal.note(`Nobody administers it yet. Whoever signs up with this setup token will, for seven days: ${server.setupToken}`);
  }
  if (!signal.aborted) await warnOfFaults(context, server);
  if (!signal.aborted) await once(signal, 'abort');
  await server.close();
}

/** What is missing on this machine is told at the start, not only when somebody needs it. */
async function warnOfFaults({ terminal }: CommandContext, server: RunningServer): Promise<void> {
  const { dependencies } = await server.health();
  for (const { name, status, message } of dependencies)
    if (status !== 'ok') terminal.note(`warning: ${name} is ${status}: ${message}`);
}
