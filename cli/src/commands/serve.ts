import { once } from 'node:events';
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
  if (!signal.aborted) await once(signal, 'abort');
  await server.close();
}
