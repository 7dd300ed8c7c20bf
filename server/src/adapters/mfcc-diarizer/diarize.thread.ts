import { workerData } from 'node:worker_threads';
import type { SampleSpan } from '../../core/domain/audio.ts';
import { serveThread } from '../worker-thread/serve-thread.ts';
import { createCepstrum } from './mel-cepstrum.ts';
import { linkWindows, type LinkedTurn } from './link-windows.ts';
import { voicesOfWindow, type Utterance, type WindowVoices } from './voices-of-window.ts';

/** A stretch of sound with where speech is in it, in samples of the recording. */
export interface HeardSound {
  readonly startSample: number;
  readonly utterances: readonly SampleSpan[];
  readonly samples: Int16Array;
  /** As in `DiarizeOptions`. */
  readonly speakers: number | null;
}

/** Of speech in a window. */
const windowFrames = workerData as number; // as the diarizer starts it

const cepstrumOf = createCepstrum();
const windows: WindowVoices[] = [];
let waiting: Utterance[] = [];
let waitingFrames = 0;

/** One recording a thread: what was heard stays here until `finish`. */
const methods = {
  hear({ startSample, utterances, samples, speakers }: HeardSound): void {
    for (const span of utterances) {
      const cepstrum = cepstrumOf(samples.subarray(span.startSample - startSample, span.endSample - startSample));
      waiting.push({ startSample: span.startSample, cepstrum });
      waitingFrames += cepstrum.frames;
      if (waitingFrames >= windowFrames) closeWindow(speakers);
    }
  },
  finish({ speakers, most }: { readonly speakers: number | null; readonly most: number }): LinkedTurn[] {
    closeWindow(speakers);
    return linkWindows(windows, { speakers, most });
  },
};

export type DiarizeMethods = typeof methods;

/** Each window may hold everybody; who was split in two there is joined when windows are linked. */
function closeWindow(speakers: number | null): void {
  if (waiting.length > 0) windows.push(voicesOfWindow(waiting, { least: speakers ?? 1 }));
  waiting = [];
  waitingFrames = 0;
}

serveThread(methods);
