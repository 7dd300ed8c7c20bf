import { once } from 'node:events';
import { healthSchema } from '@scholium/contract';
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
  if (server.url !== null) await warnOfFaults(context, server.url);
  if (!signal.aborted) await once(signal, 'abort');
  await server.close();
}

/** What is missing on this machine is told at the start, not only when somebody needs it. */
async function warnOfFaults({ terminal, signal }: CommandContext, url: string): Promise<void> {
  try {
    const response = await fetch(`${url}/health`, { signal });
    const { dependencies } = healthSchema.parse(await response.json());
    for (const { name, status, message } of dependencies)
      if (status !== 'ok') terminal.note(`warning: ${name} is ${status}: ${message}`);
  } catch {
    // Stopped already. Nothing else can go wrong between us and ourselves that /health would not show.
  }
}
