import type { SpeakersReply } from '@scholium/contract';
import { printResult, type CommandContext } from '../command-context.ts';
import { followJob } from '../follow-job.ts';
import { startProgress } from '../terminal/progress.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { safeText } from '../terminal/wrap-text.ts';

interface Recording {
  readonly lectureId: string;
  readonly source?: string;
}

/** `scholium speakers list`: everybody, with how much they say. */
export async function listSpeakers(context: CommandContext, input: Recording): Promise<void> {
  const client = await context.connect();
  const reply = await client.call('listSpeakers', { ...target(input), signal: context.signal });
  printResult(context, reply, () => showSpeakers(context.terminal, reply));
}

/** `scholium speakers name`: says who a speaker is; null takes the name away. */
export async function nameSpeaker(
  context: CommandContext,
  input: Recording & { readonly label: string; readonly name: string | null },
): Promise<void> {
  const client = await context.connect();
  const { params, query } = target(input);
  const request = { params: { ...params, label: input.label }, query, body: { name: input.name }, signal: context.signal };
  const speaker = await client.call('nameSpeaker', request);
  printResult(context, speaker, () => {
    const now = speaker.name === null ? 'has no name any more' : `is ${safeText(speaker.name)}`;
    context.terminal.print(`  ${safeText(speaker.label)} ${now}.`);
  });
}

/** `scholium speakers merge`: all that one says is said by the other. */
export async function mergeSpeakers(
  context: CommandContext,
  { from, into, ...recording }: Recording & { readonly from: string; readonly into: string },
): Promise<void> {
  const client = await context.connect();
  const made = await client.call('mergeSpeakers', { ...target(recording), body: { from, into }, signal: context.signal });
  printResult(context, made, () => {
    context.terminal.print(
      `  What ${safeText(from)} said is ${safeText(into)}'s now (version ${made.version} of the transcript).`,
    );
  });
}

/** `scholium speakers find`: finds out again who speaks when, and waits for it. */
export async function findSpeakers(context: CommandContext, input: Recording & { readonly count?: number }): Promise<void> {
  const { signal, terminal } = context;
  const client = await context.connect();
  const { params, query } = target(input);
  const { jobId } = await client.call('diarize', { params, query: { ...query, speakers: input.count }, signal });
  const progress = await startProgress(terminal, 'Listening');
  try {
    await followJob({ client, jobId, progress, signal });
  } finally {
    progress.stop();
  }
  await listSpeakers(context, input);
}

/** The speakers as lines; names come from people and steer no terminal. */
export function showSpeakers(terminal: Terminal, { speakers }: SpeakersReply): void {
  if (speakers.length === 0) terminal.print('  Nobody has told the speakers of this recording apart yet.');
  for (const { label, name, byVoice, words, approximate } of speakers) {
    const who = name === null ? '' : `${safeText(name)}${byVoice ? ' (by voice)' : ''}`;
    const count = `${words} ${words === 1 ? 'word' : 'words'}`;
    terminal.print(
      `  ${safeText(label).padEnd(6)}${count.padEnd(14)}${who}${approximate ? terminal.style('dim', ' approximate') : ''}`.trimEnd(),
    );
  }
}

function target({ lectureId, source }: Recording) {
  return { params: { lectureId }, query: { source } };
}
