import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';

type Go = (command: (context: CommandContext) => Promise<number | void>) => Promise<void>;

/** Commands for the notes of a lecture: make, read, edit, take back, delete. */
export function addNoteCommands(program: Command, go: Go): void {
  const notes = program.command('notes').description('make, read and edit the notes of a lecture');
  notes
    .command('make')
    .description('write the notes that a preset names')
    .argument('<lecture>', 'id of the lecture')
    .option('--preset <id>', "exam, beginner, research, meeting or one of your own (default: the lecture's)")
    .option('--again', 'write them anew although nothing has changed since')
    .action((lectureId: string, options: { preset?: string; again?: boolean }) =>
      go(async (context) => (await load()).makeNotes(context, { lectureId, ...options })),
    );
  notes
    .command('show')
    .description('the notes of a lecture, each with its id')
    .argument('<lecture>', 'id of the lecture')
    .option('--kind <kind...>', 'only these: summary, study_plan, ...')
    .option('--history', 'those that newer ones took the place of as well')
    .action((lectureId: string, options: { kind?: string[]; history?: boolean }) =>
      go(async (context) =>
        (await load()).showNotes(context, { lectureId, kinds: options.kind ?? null, history: options.history ?? false }),
      ),
    );
  const one = (name: string, about: string): Command =>
    notes
      .command(name)
      .description(about)
      .argument('<lecture>', 'id of the lecture')
      .argument('<artifact>', 'id of the artifact');
  one('edit', 'put what stands in a file in place of an artifact; what was generated stays')
    .argument('<file>', 'what "scholium --json notes history" prints, changed')
    .action((lectureId: string, artifactId: string, file: string) =>
      go(async (context) => (await load()).editNotes(context, { lectureId, artifactId, file })),
    );
  one('history', 'who changed an artifact and when; with --json also the artifact as it is').action(
    (lectureId: string, artifactId: string) =>
      go(async (context) => (await load()).showHistory(context, { lectureId, artifactId })),
  );
  one('revert', 'go back to a version of an artifact; 0 is what was generated')
    .argument('<version>', 'number of the version')
    .action((lectureId: string, artifactId: string, version: string) =>
      go(async (context) => (await load()).revertNotes(context, { lectureId, artifactId, version })),
    );
  one('delete', 'put an artifact into the trash').action((lectureId: string, artifactId: string) =>
    go(async (context) => (await load()).deleteNotes(context, { lectureId, artifactId })),
  );
  one('restore', 'take an artifact out of the trash').action((lectureId: string, artifactId: string) =>
    go(async (context) => (await load()).restoreNotes(context, { lectureId, artifactId })),
  );
}

function load() {
  return import('./commands/notes.ts');
}
