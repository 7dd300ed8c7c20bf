import type { LiveEvent } from '@scholium/contract';
import type { LiveRecording } from '../domain/live-recording.ts';
import type { LiveTranscriber } from '../ports/live-transcriber.ts';
import { decodeLive } from './decode-live.ts';
import { hearLive, type LiveText } from './hear-live.ts';
import type { LiveDeps, OwnerScope } from './live-deps.ts';
import { headerBytes, PCM_BYTES_PER_MS } from './live-sound.ts';
import { createLevelMeter } from './level-meter.ts';

/** What is heard of a live recording while it is made. Whatever goes wrong in it, the sound is stored. */
export interface Hearing {
  /** What may be expected of it; known soon. */
  promise(): Promise<Pick<Extract<LiveEvent, { type: 'ready' }>, 'text' | 'reason' | 'engine' | 'partials'>>;
  accept(bytes: Uint8Array): void;
  /** How much sound there has been; null when it cannot be read. */
  soundMs(): number | null;
  finish(withinMs: number): Promise<void>;
  close(): Promise<void>;
}

/** After a restart, so much of the last sound is heard again at most where it got no text. */
const CATCH_UP_MS = 60_000;
const HEARS_NOTHING =
  'This server process has no speech engine for live text. The transcript comes when the recording has ended.';
const FULL =
  'As many recordings as this server can hear at once are heard already. The transcript comes when the recording has ended.';

/** @param input.storedBytes sound that was stored before: what of it got no text is heard first */
export function createHearing(
  deps: LiveDeps,
  input: { readonly live: LiveRecording; readonly storedBytes: number; readonly withText: boolean },
  tell: (event: LiveEvent) => void,
): Hearing {
  const { live, storedBytes } = input;
  const scope: OwnerScope = { kind: 'owner', ownerId: live.ownerId };
  const storedMs = storedBytes / PCM_BYTES_PER_MS;
  const isBare = live.format === 'pcm';
  // A container has to be read from its start; bare samples begin anywhere.
  const catchUpMs = isBare ? Math.floor(Math.max(Math.min(live.heardMs, storedMs), storedMs - CATCH_UP_MS)) : live.heardMs;
  let readable = true;
  let text: LiveText | null = null;
  let writing: Promise<unknown> = Promise.resolve();
  const meter = createLevelMeter(catchUpMs, (atMs, dbfs) => tell({ type: 'level', atMs, dbfs }));
  const choosing = input.withText ? choose(deps.liveTranscribers, live.engine) : Promise.resolve({ reason: FULL });
  const opening = begin();
  const samples = decodeLive(deps.liveDecoder, {
    format: live.format,
    fromMs: isBare ? catchUpMs : 0,
    tellFromMs: catchUpMs,
    onSamples(block) {
      meter.add(block);
      text?.accept(block);
    },
    onFailure(reason) {
      readable = isBare;
      tell({ type: 'later', reason });
    },
  });
  const skippedBytes = isBare ? catchUpMs * PCM_BYTES_PER_MS : 0;
  // Whatever comes first waits until it is known who hears it.
  samples.replay(stored(opening, storedBytes > skippedBytes ? headerBytes(live.format) + skippedBytes : null));

  return {
    async promise() {
      const choice = await choosing;
      if ('reason' in choice) return { text: 'later', reason: choice.reason, engine: null, partials: false };
      return { text: 'live', reason: null, engine: choice.transcriber.engine, partials: choice.transcriber.partials };
    },
    accept: (bytes) => samples.accept(bytes),
    soundMs: () => (readable ? samples.soundMs() : null),
    async finish(withinMs) {
      await samples.finish();
      await text?.finish(withinMs);
      await writing;
    },
    async close() {
      await samples.close();
      await text?.close();
      await writing;
    },
  };

  async function begin(): Promise<void> {
    const choice = await choosing;
    if ('transcriber' in choice) text = open(choice.transcriber);
  }

  function open(transcriber: LiveTranscriber): LiveText {
    return hearLive(
      deps,
      { transcriber, language: live.language, fromMs: catchUpMs },
      {
        partial: (startMs, partial) => tell({ type: 'partial', startMs, text: partial }),
        line(line) {
          tell({ type: 'final', draft: true, ...line });
          writing = writing.then(() => deps.store.live.addLine(scope, live.id, line)).catch(warn);
        },
        behind: (behindMs, skippedMs) => tell({ type: 'behind', behindMs, skippedMs }),
        failed(reason) {
          warn(reason);
          tell({ type: 'later', reason });
        },
      },
    );
  }

  async function* stored(ready: Promise<void>, fromByte: number | null): AsyncGenerator<Uint8Array> {
    await ready;
    if (fromByte === null) return;
    for (const { key, offsetBytes, sizeBytes } of await deps.store.uploads.parts(scope, live.uploadId)) {
      if (offsetBytes >= headerBytes(live.format) + storedBytes || offsetBytes + sizeBytes <= fromByte) continue;
      const start = Math.max(0, fromByte - offsetBytes);
      yield* await deps.blobs.read(scope, key, { start, end: sizeBytes - 1 });
    }
  }

  function warn(cause: unknown): void {
    deps.log.warn('application', 'live.text-failed', { liveId: live.id, cause: String(cause) });
  }
}

async function choose(
  transcribers: readonly LiveTranscriber[],
  engine: string | null,
): Promise<{ readonly transcriber: LiveTranscriber } | { readonly reason: string }> {
  let reason = HEARS_NOTHING;
  for (const transcriber of transcribers) {
    if (engine !== null && transcriber.engine !== engine) continue;
    const missing = await transcriber.unavailable().catch((error: unknown) => String(error));
    if (missing === null) return { transcriber };
    reason = missing;
  }
  return { reason };
}
