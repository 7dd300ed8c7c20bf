import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import type { TypedSwitch } from './commands/switches.ts';

type Go = (command: (context: CommandContext) => Promise<number | void>) => Promise<void>;

/** Commands for whoever runs the server: what failed for good, what waits, what is old. */
export function addOperatorCommands(program: Command, go: Go): void {
  addDeadLetterCommands(program, go);
  addDatabaseCommands(program, go);
  addModelCommands(program, go);
  const queue = program.command('queue').description('see what waits and what runs');
  queue
    .command('stats', { isDefault: true })
    .description('jobs by kind and status, and how long the oldest waits')
    .action(() => go(async (context) => (await import('./commands/queue.ts')).showQueue(context)));
  queue
    .command('active')
    .description('running jobs with their workers')
    .action(() => go(async (context) => (await import('./commands/queue.ts')).showActive(context)));
  program
    .command('switches')
    .description('see what is switched on, or switch something off or on while the server runs')
    .addArgument(new Argument('[name]', 'which one').choices(['sign-up', 'url-fetching', 'generation', 'chat']))
    .addArgument(new Argument('[state]', 'what it shall be').choices(['on', 'off']))
    .action((name?: TypedSwitch, state?: 'on' | 'off') =>
      go(async (context) =>
        (await import('./commands/switches.ts')).switches(context, { ...(name && { name }), ...(state && { state }) }),
      ),
    );
  program
    .command('stats')
    .description('what is there, what was asked, and what the server does')
    .action(() => go(async (context) => (await import('./commands/usage.ts')).showStats(context)));
  program
    .command('usage')
    .description('tokens and cost of language models by day, model and purpose')
    .addOption(new Option('--days <n>', 'so many days back, today included (default: 30)').argParser(limitOf).default(30))
    .action((options: { days: number }) =>
      go(async (context) => (await import('./commands/usage.ts')).showUsage(context, options)),
    );
  program
    .command('retention')
    .description('put old sound and transcripts into the trash, and remove what was there for 7 days')
    .option('--dry-run', 'only show what would go')
    .action((options: { dryRun?: boolean }) =>
      go(async (context) => (await import('./commands/retention.ts')).retention(context, { dryRun: options.dryRun ?? false })),
    );
}

function addModelCommands(program: Command, go: Go): void {
  const models = program.command('models').description('see, fetch, check and remove speech models');
  models
    .command('list', { isDefault: true })
    .description('all models: size, languages, licence, and which are here')
    .action(() => go(async (context) => (await import('./commands/models.ts')).listModels(context)));
  models
    .command('pull')
    .description('fetch models; goes on where an earlier try stopped')
    .argument('<name...>', 'names of the list, or sizes such as base')
    .action((names: string[]) => go(async (context) => (await import('./commands/models.ts')).pullModels(context, names)));
  models
    .command('verify')
    .description('compare checksums; accepts models that were copied into their folder')
    .argument('[name...]', 'which (default: all that are here)')
    .action((names: string[]) => go(async (context) => (await import('./commands/models.ts')).verifyModels(context, names)));
  models
    .command('remove')
    .description('remove models from this machine')
    .argument('<name...>', 'which')
    .action((names: string[]) => go(async (context) => (await import('./commands/models.ts')).removeModels(context, names)));
}

function addDatabaseCommands(program: Command, go: Go): void {
  program
    .command('db')
    .description('move the database of this installation')
    .command('copy')
    .description('copy everything to an empty database and compare both; stop the server first')
    .requiredOption('--from <database>', 'sqlite, postgres, sqlite:///path or postgresql://user:password@host/name')
    .requiredOption('--to <database>', 'the same; must be empty')
    .option('--dry-run', 'only count what would be copied')
    .action((options: { from: string; to: string; dryRun?: boolean }) =>
      go(async (context) =>
        (await import('./commands/db.ts')).copyDatabase(context, { ...options, dryRun: options.dryRun ?? false }),
      ),
    );
}

function addDeadLetterCommands(program: Command, go: Go): void {
  const deadLetters = program.command('dead-letters').description('see, replay and drop jobs that failed for good');
  deadLetters
    .command('list', { isDefault: true })
    .description('newest first')
    .addOption(new Option('--limit <n>', 'how many at most').argParser(limitOf).default(20))
    .action((options: { limit: number }) =>
      go(async (context) => (await import('./commands/dead-letters.ts')).listDeadLetters(context, options)),
    );
  deadLetters
    .command('show')
    .description('one dead letter with its cause')
    .argument('<id>', 'id of the job')
    .action((jobId: string) =>
      go(async (context) => (await import('./commands/dead-letters.ts')).showDeadLetter(context, jobId)),
    );
  deadLetters
    .command('replay')
    .description('run one again, or all; what was finished is not done again')
    .argument('[id]', 'id of the job')
    .option('--all', 'all of them')
    .action((jobId: string | undefined, options: { all?: boolean }) =>
      go(async (context) =>
        (await import('./commands/dead-letters.ts')).replayDeadLetters(context, { jobId, all: options.all ?? false }),
      ),
    );
  deadLetters
    .command('drop')
    .description('forget one for good, or all; what was finished stays')
    .argument('[id]', 'id of the job')
    .option('--all', 'all of them; asks before it does')
    .option('--yes', 'do not ask')
    .action((jobId: string | undefined, options: { all?: boolean; yes?: boolean }) =>
      go(async (context) =>
        (await import('./commands/dead-letters.ts')).dropDeadLetters(context, {
          jobId,
          all: options.all ?? false,
          yes: options.yes ?? false,
        }),
      ),
    );
}

function limitOf(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= 200) return value;
  throw new InvalidArgumentError('Give a whole number from 1 to 200.');
}
