import { compose } from '@scholium/server/compose.ts';
import { loadConfig } from '@scholium/server/config.ts';
import type { Log } from '@scholium/server/core/ports/log.ts';
import { printResult, type CommandContext } from '../command-context.ts';

/** `scholium migrate`: brings the database up to date. The server does the same when it starts. */
export async function migrate(context: CommandContext): Promise<void> {
  const applied: string[] = [];
  const log: Log = {
    info: (_category, event, fields) => {
      if (event === 'database.migrated' && Array.isArray(fields?.['migrations']))
        applied.push(...fields['migrations'].map(String));
    },
    warn: () => {},
    error: () => {},
  };
  const composition = await compose(loadConfig(), { log });
  await composition.close();
  printResult(context, { applied }, () => {
    if (applied.length === 0) context.terminal.print('The database is up to date.');
    else context.terminal.print(`The database was updated: ${applied.join(', ')}.`);
  });
}
