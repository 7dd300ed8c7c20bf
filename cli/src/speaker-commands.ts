import { InvalidArgumentError, Option, type Command } from 'commander';
import type { CommandContext } from './command-context.ts';

type Go = (command: (context: CommandContext) => Promise<number | void>) => Promise<void>;

/** Commands for who speaks in a recording: see, name, merge, and find out again. */
export function addSpeakerCommands(program: Command, go: Go): void {
  const speakers = program.command('speakers').description('see and name who speaks in a recording');
  const one = (name: string, about: string): Command =>
    speakers
      .command(name)
      .description(about)
      .argument('<lecture>', 'id of the lecture')
      .option('--source <id>', 'which recording (default: the first that has a transcript)');
  one('list', 'everybody, with how much they say').action((lectureId: string, options: { source?: string }) =>
    go(async (context) => (await load()).listSpeakers(context, { lectureId, ...options })),
  );
  one('name', 'say who a speaker is; without a name take it away')
    .argument('<label>', 'what the list calls the speaker, like S1')
    .argument('[name...]', 'the name')
    .action((lectureId: string, label: string, name: string[], options: { source?: string }) =>
      go(async (context) => (await load()).nameSpeaker(context, { lectureId, label, name: name.join(' ') || null, ...options })),
    );
  one('merge', 'two speakers are one person')
    .argument('<from>', 'label that goes')
    .argument('<into>', 'label that stays')
    .action((lectureId: string, from: string, into: string, options: { source?: string }) =>
      go(async (context) => (await load()).mergeSpeakers(context, { lectureId, from, into, ...options })),
    );
  one('find', 'find out again who speaks when')
    .addOption(new Option('--count <n>', 'how many people speak, where that is known').argParser(countOf))
    .action((lectureId: string, options: { source?: string; count?: number }) =>
      go(async (context) => (await load()).findSpeakers(context, { lectureId, ...options })),
    );
}

function countOf(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= 50) return count;
  throw new InvalidArgumentError('Give a whole number from 1 to 50.');
}

const load = () => import('./commands/speakers.ts');
