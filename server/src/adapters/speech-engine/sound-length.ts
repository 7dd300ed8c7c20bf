import { SAMPLE_RATE } from '../../core/domain/audio.ts';

/** Models give no last word when sound breaks off in it, and some end their process for sound of a tenth of a second. */
const SILENCE_AFTER = 0.3 * SAMPLE_RATE;
const SHORTEST = SAMPLE_RATE;

/** How many samples the engine gets for sound of so many: with some silence after it, up to `least` at least. */
export function soundLength(samples: number, least: number): number {
  return Math.max(SHORTEST, least, samples + SILENCE_AFTER);
}
