import { createReadStream } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { LiveEvent, LiveFormatName } from '@scholium/contract';
import { printResult, type CommandContext } from '../command-context.ts';
import { requireFile } from '../require-file.ts';
import { clockTime } from '../terminal/clock-time.ts';
import { safeText } from '../terminal/wrap-text.ts';

export interface LiveCommandInput {
  /** A file of sound, or `-` for standard input. */
  readonly file: string;
  readonly format: LiveFormatName;
  readonly course?: string;
  readonly title?: string;
  readonly lectureId?: string;
  readonly language?: string;
  readonly engine?: string;
  /** Files: as fast as the server takes it, not at the pace of speech. */
  readonly fast: boolean;
}

/** Of 16 kHz mono 16 bit samples. */
const BYTES_PER_SECOND = 32_000;
/** Opus at 64 kbit/s: a file in a container has no pace of its own that we could read here. */
const CONTAINER_BYTES_PER_SECOND = 8_000;
/** A step of real time. */
const STEP_MS = 100;

/** `scholium live`: sends sound as it is made, and prints text as it comes. */
export async function live(context: CommandContext, input: LiveCommandInput): Promise<void> {
  const { terminal, signal } = context;
  const { file, format, fast, course: courseId, title, lectureId, language = null, engine = null } = input;
  if (file !== '-') await requireFile(file);
  const client = await context.connect();
  const body = {
    format,
    language,
    engine,
    ...(courseId && { courseId }),
    ...(title && { title }),
    ...(lectureId && { lectureId }),
  };
  const begun = await client.call('beginLive', { body, signal });
  terminal.note(`  Recording ${begun.liveId} into lecture ${begun.lectureId}. Ctrl-C ends it.`);
  const bytesPerSecond = format === 'pcm' ? BYTES_PER_SECOND : CONTAINER_BYTES_PER_SECOND;
  const sound =
    file === '-' ? untilStopped(process.stdin, signal) : paced(file, { bytesPerSecond: fast ? null : bytesPerSecond, signal });
  const recorder = client.live({ liveId: begun.liveId, sound, onEvent: (event) => show(context, event) });
  const end = await recorder.done;
  printResult(context, { liveId: begun.liveId, ...end }, () => {
    terminal.note(
      end.jobId === null
        ? '  There is no recording.'
        : `  The recording is being taken in by job ${end.jobId}, then transcribed.`,
    );
  });
}

/** Text is the result: with --json it stays out of its way. */
function show({ terminal, json }: CommandContext, event: LiveEvent): void {
  const say = json ? terminal.note : terminal.print;
  if (event.type === 'final') say(`  ${clockTime(event.startMs)}  ${safeText(event.text)}`);
  else if (event.type === 'ready' && event.reason !== null) terminal.note(`  ${safeText(event.reason)}`);
  else if (event.type === 'later') terminal.note(`  No more text for now: ${safeText(event.reason)}`);
  else if (event.type === 'error') terminal.note(`  ${safeText(event.detail)}`);
  else if (event.type === 'behind' && event.skippedMs > 0)
    terminal.note(`  ${clockTime(event.skippedMs)} of sound get no live text.`);
}

/** Ctrl-C ends the recording in good order: what was said is kept. */
async function* untilStopped(stream: NodeJS.ReadableStream, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const stop = (): void => void (stream as NodeJS.ReadStream).destroy(); // standard input is one
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const bytes of stream) {
      if (signal.aborted) return;
      yield bytes as Uint8Array; // no encoding is set
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** A file at the pace of speech; the header of a WAV file is left out. */
async function* paced(
  file: string,
  { bytesPerSecond, signal }: { readonly bytesPerSecond: number | null; readonly signal: AbortSignal },
): AsyncGenerator<Uint8Array> {
  const step = bytesPerSecond === null ? 64 * 1024 : (bytesPerSecond * STEP_MS) / 1000;
  const startedAt = performance.now();
  let sent = 0;
  for await (const bytes of createReadStream(file, { highWaterMark: step })) {
    if (signal.aborted) return;
    const block = bytes as Buffer; // no encoding is set
    yield sent === 0 && block.subarray(0, 4).toString('latin1') === 'RIFF' ? block.subarray(44) : block;
    sent += block.byteLength;
    if (bytesPerSecond === null) continue;
    const aheadMs = (sent / bytesPerSecond) * 1000 - (performance.now() - startedAt);
    if (aheadMs > 0) await delay(aheadMs);
  }
}
