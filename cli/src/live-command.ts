import { Option, type Command } from 'commander';
import type { CommandContext } from './command-context.ts';

type Go = (command: (context: CommandContext) => Promise<number | void>) => Promise<void>;

interface LiveOptions {
  readonly format: 'pcm' | 'webm' | 'ogg';
  readonly course?: string;
  readonly title?: string;
  readonly lectureId?: string;
  readonly language?: string;
  readonly engine?: string;
  readonly fast?: boolean;
}

/** Sound that is made at this moment. */
export function addLiveCommand(program: Command, go: Go): void {
  program
    .command('live')
    .description('record live: text while somebody speaks, and a recording afterwards')
    .argument('<file>', 'sound, sent at the pace of speech; - reads standard input as it comes')
    .addOption(
      new Option('-f, --format <format>', 'pcm: 16 kHz mono s16le, bare or as WAV; webm, ogg: Opus')
        .choices(['pcm', 'webm', 'ogg'])
        .default('pcm'),
    )
    .option('--course <id>', 'course to put the lecture in; made when it is not there')
    .option('--title <title>', 'title of the lecture')
    .option('--lecture-id <id>', 'lecture that gets the recording; made when it is not there')
    .option('--language <code>', 'language that is spoken, like en')
    .option('--engine <name>', 'speech engine of the live text (default: the best that is ready)')
    .option('--fast', 'send a file as fast as the server takes it')
    .action((file: string, options: LiveOptions) =>
      go(async (context) =>
        (await import('./commands/live.ts')).live(context, { ...options, file, fast: options.fast ?? false }),
      ),
    );
}
