import { msToSamples, type SampleSpan } from '../src/core/domain/audio.ts';
import type { VoiceActivityDetector } from '../src/core/ports/voice-activity-detector.ts';

const WINDOW = msToSamples(10);
const END_AFTER = msToSamples(500);
const LONGEST = msToSamples(20_000);
/** Mean square of a window that counts as sound; below it is silence. */
const LOUD = 100_000;

/** Takes everything loud for speech: deterministic and fast, for unit tests. `heardSamples` counts what it was given. */
export class EnergyVad implements VoiceActivityDetector {
  readonly id = 'energy:1';
  heardSamples = 0;
  openSessions = 0;

  async open(signal: AbortSignal): ReturnType<VoiceActivityDetector['open']> {
    signal.throwIfAborted();
    this.openSessions += 1;
    const find = createFinder();
    let open = true;
    return {
      accept: async (samples) => {
        signal.throwIfAborted();
        this.heardSamples += samples.length;
        return find.accept(samples);
      },
      flush: async () => find.flush(),
      close: async () => {
        if (open) this.openSessions -= 1;
        open = false;
      },
    };
  }
}

function createFinder(): { accept(samples: Int16Array): SampleSpan[]; flush(): SampleSpan[] } {
  let rest: readonly number[] = [];
  let at = 0;
  let startSample: number | null = null;
  let endSample = 0;
  const end = (): SampleSpan[] => {
    if (startSample === null) return [];
    const span = { startSample, endSample };
    startSample = null;
    return [span];
  };
  const window = (samples: readonly number[]): SampleSpan[] => {
    const loud = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length > LOUD;
    if (loud) {
      startSample ??= at;
      endSample = at + samples.length;
    }
    at += samples.length;
    if (startSample === null) return [];
    return at - endSample >= END_AFTER || endSample - startSample >= LONGEST ? end() : [];
  };
  return {
    accept(samples) {
      const all = [...rest, ...samples];
      const whole = Math.floor(all.length / WINDOW) * WINDOW;
      rest = all.slice(whole);
      return Array.from({ length: whole / WINDOW }, (_, i) => all.slice(i * WINDOW, (i + 1) * WINDOW)).flatMap(window);
    },
    flush: () => [...(rest.length > 0 ? window(rest) : []), ...end()],
  };
}
