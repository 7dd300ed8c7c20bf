import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { CommandContext } from './command-context.ts';
import { DEFAULT_SERVER_URL } from './environment.ts';
import { exitCodes } from './exit-codes.ts';
import { addNoteCommands } from './note-commands.ts';
import { addLiveCommand } from './live-command.ts';
import { addSpeakerCommands } from './speaker-commands.ts';
import { addOperatorCommands } from './operator-commands.ts';

export interface GlobalOptions {
  readonly json?: boolean;
  readonly debug?: boolean;
  readonly color: boolean;
  readonly server?: string;
}

/** What a command does; gives its exit code when it is not 0. */
export type RunCommand = (context: CommandContext) => Promise<number | void>;

type Go = (command: RunCommand) => Promise<void>;

/**
 * The whole command line as data. The code of a command is loaded only when it is the one that was asked for.
 *
 * @param run called with the command that was asked for and the options that hold for all commands
 */
export function createProgram(run: (options: GlobalOptions, command: RunCommand) => Promise<void>): Command {
  const program = new Command('scholium')
    .description('Turns recordings into transcripts, notes, answers and files, each tied to the second it comes from.')
    .version(readVersion(), '-V, --version', 'print the version')
    .option('--json', 'results as JSON on standard output, messages on standard error')
    .option('--server <url>', `where the server is (default: SCHOLIUM_URL or ${DEFAULT_SERVER_URL})`)
    .option('--no-color', 'no colours (NO_COLOR does the same)')
    .option('--debug', 'show where an error comes from')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('afterAll', `\nExit codes:\n${exitCodeHelp()}`)
    .exitOverride();
  const go: Go = (command) => run(program.opts<GlobalOptions>(), command);
  addServerCommands(program, go);
  addFileCommands(program, go);
  addLectureCommands(program, go);
  addNoteCommands(program, go);
  addLiveCommand(program, go);
  addSpeakerCommands(program, go);
  addJobCommands(program, go);
  addOperatorCommands(program, go);
  return program;
}

/** The version of this package. */
export function readVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }; // our own file
  return manifest.version;
}

function addServerCommands(program: Command, go: Go): void {
  program
    .command('serve')
    .description('start the server')
    .addOption(
      new Option(
        '--role <role>',
        'what this process does: take requests, work on jobs, or both (default: SCHOLIUM_ROLE or all)',
      ).choices(['all', 'api', 'worker']),
    )
    .addOption(portOption())
    .option('--host <address>', 'address to listen on (default: HOST or 127.0.0.1)')
    .action((options: { role?: 'all' | 'api' | 'worker'; port?: number; host?: string }) =>
      go(async (context) => (await import('./commands/serve.ts')).serveUntilStopped(context, options)),
    );
  program
    .command('worker')
    .description('start a process that only works on jobs')
    .action(() => go(async (context) => (await import('./commands/serve.ts')).serveUntilStopped(context, { role: 'worker' })));
  program
    .command('migrate')
    .description('bring the database up to date, then end')
    .action(() => go(async (context) => (await import('./commands/migrate.ts')).migrate(context)));
  program
    .command('doctor')
    .description('check everything that can be wrong on this machine, each with its cure')
    .action(() => go(async (context) => (await import('./commands/doctor.ts')).doctor(context)));
  program
    .command('demo')
    .description('start the server and put the bundled sample lecture through everything it does')
    .option('--exit', 'end when it is done instead of serving on')
    .action((options: { exit?: boolean }) =>
      go(async (context) => (await import('./commands/demo.ts')).demo(context, { exit: options.exit ?? false })),
    );
}

function addFileCommands(program: Command, go: Go): void {
  program
    .command('transcribe')
    .description('files in, transcripts out; needs no server')
    .argument('<file...>', 'recordings: any sound or video that ffmpeg reads')
    .addOption(
      new Option('-f, --format <format>', 'what to write').choices(['srt', 'vtt', 'txt', 'json', 'pdf', 'docx']).default('txt'),
    )
    .option('-o, --output <dir>', 'folder to write to', '.')
    .option('--model <name>', "size or name of the speech engine's model")
    .option('--language <code>', 'language that is spoken, like en')
    .addOption(
      new Option('--task <task>', 'write what is said, or English whatever is spoken (with models that can)')
        .choices(['transcribe', 'translate'])
        .default('transcribe'),
    )
    .option('--engine <name>', 'speech engine (default: TRANSCRIPTION_ENGINE or auto)')
    .option('--force', 'replace files that exist')
    .action(
      (
        files: string[],
        options: {
          format: 'srt' | 'vtt' | 'txt' | 'json' | 'pdf' | 'docx';
          output: string;
          model?: string;
          language?: string;
          task: 'transcribe' | 'translate';
          engine?: string;
          force?: boolean;
        },
      ) =>
        go(async (context) =>
          (await import('./commands/transcribe.ts')).transcribeFiles(context, {
            ...options,
            files,
            force: options.force ?? false,
          }),
        ),
    );
}

function addLectureCommands(program: Command, go: Go): void {
  program
    .command('ingest')
    .description('bring recordings to the server, transcribe them and write notes')
    .argument('<file...>', 'recordings, each becomes a lecture')
    .option('--course <id>', 'course to put them in; made when it is not there')
    .option('--title <title>', "title of the lecture (default: the file's name); one file only")
    .option('--preset <id>', 'which notes to make: exam, beginner, research, meeting')
    .option('--lecture-id <id>', 'id of the lecture (default: the server makes one); one file only')
    .action((files: string[], options: { course?: string; title?: string; preset?: string; lectureId?: string }) =>
      go(async (context) => (await import('./commands/ingest.ts')).ingest(context, { files, ...options })),
    );
  program
    .command('add')
    .description('add documents, web pages, captions or recordings to a lecture')
    .argument('<lecture>', 'id of the lecture')
    .argument('<source...>', 'files, and addresses that begin with http:// or https://')
    .option('--create <title>', 'make the lecture when it is not there')
    .action((lectureId: string, sources: string[], options: { create?: string }) =>
      go(async (context) => (await import('./commands/add.ts')).add(context, { lectureId, sources, ...options })),
    );
  program
    .command('ask')
    .description('ask about a lecture; the answer names the seconds it comes from')
    .argument('<lecture>', 'id of the lecture')
    .argument('<question...>', 'the question')
    .action((lectureId: string, question: string[]) =>
      go(async (context) => (await import('./commands/ask.ts')).ask(context, { lectureId, question: question.join(' ') })),
    );
  program
    .command('search')
    .description('find where something was said')
    .argument('<query...>', 'what to look for')
    .option('--lecture <id>', 'only in this lecture')
    .option('--course <id>', 'only in this course')
    .option('--speaker <name>', 'only what this speaker says')
    .addOption(countOption('--limit <n>', 'how many results at most', 100).default(10))
    .action((query: string[], options: { lecture?: string; course?: string; speaker?: string; limit: number }) =>
      go(async (context) => (await import('./commands/search.ts')).search(context, { query: query.join(' '), ...options })),
    );
  program
    .command('coverage')
    .description('how much of what was said has words, and which minutes to listen to again')
    .argument('<lecture>', 'id of the lecture')
    .option('--source <id>', 'which recording (default: the first that has a transcript)')
    .addOption(countOption('--version-number <n>', 'which version of the transcript (default: the newest)', 1_000_000))
    .action((lectureId: string, { versionNumber, ...options }: { source?: string; versionNumber?: number }) =>
      go(async (context) =>
        (await import('./commands/coverage.ts')).coverage(context, { lectureId, version: versionNumber, ...options }),
      ),
    );
  program
    .command('export')
    .description('make files of a lecture and download them')
    .argument('<lecture>', 'id of the lecture')
    .option('--type <type...>', 'markdown, txt, srt, vtt, json, pdf, docx, anki (default: all)')
    .option('-o, --output <dir>', 'folder to write to', '.')
    .option('--force', 'replace files that exist')
    .action((lectureId: string, options: { type?: string[]; output: string; force?: boolean }) =>
      go(async (context) =>
        (await import('./commands/export.ts')).exportFiles(context, { ...options, lectureId, force: options.force ?? false }),
      ),
    );
}

function addJobCommands(program: Command, go: Go): void {
  const jobs = program.command('jobs').description('see and stop work of the server');
  jobs
    .command('list', { isDefault: true })
    .description('newest first')
    .addOption(new Option('--status <status>', 'only these').choices(['queued', 'running', 'succeeded', 'failed', 'cancelled']))
    .option('--lecture <id>', 'only of this lecture')
    .addOption(countOption('--limit <n>', 'how many at most', 200).default(20))
    .action(
      (options: { status?: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'; lecture?: string; limit: number }) =>
        go(async (context) => (await import('./commands/jobs.ts')).listJobs(context, options)),
    );
  jobs
    .command('show')
    .description('one job with its history')
    .argument('<id>', 'id of the job')
    .action((jobId: string) => go(async (context) => (await import('./commands/jobs.ts')).showJob(context, jobId)));
  jobs
    .command('cancel')
    .description('stop a job; what it finished is kept')
    .argument('<id>', 'id of the job')
    .action((jobId: string) => go(async (context) => (await import('./commands/jobs.ts')).cancelJob(context, jobId)));
}

function portOption(): Option {
  return new Option('--port <port>', 'port to listen on, 0 for a free one (default: PORT or 8000)').argParser((text) =>
    wholeNumber(text, 0, 65_535),
  );
}

function countOption(flags: string, about: string, max: number): Option {
  return new Option(flags, about).argParser((text) => wholeNumber(text, 1, max));
}

function wholeNumber(text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`);
}

function exitCodeHelp(): string {
  return Object.values(exitCodes)
    .map(({ code, about }) => `  ${String(code).padEnd(5)}${about}`)
    .join('\n');
}
