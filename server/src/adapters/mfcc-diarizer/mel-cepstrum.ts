import { SAMPLE_RATE } from '../../core/domain/audio.ts';

/** A frame every 10 ms, 25 ms long: what speech engines use. */
export const HOP = SAMPLE_RATE / 100;
const FRAME = (SAMPLE_RATE * 25) / 1000;
const FFT = 512;
/** Telephone sound has nothing outside; what is there in other sound tells rooms apart rather than people. */
const [LOWEST_HZ, HIGHEST_HZ] = [100, 3_800];
const BANDS = 30;
/** Coefficients 1 to 19: more than engines for words take, as the finer shape tells people apart. The level (0) does not. */
export const COEFFICIENTS = 19;

export interface Cepstrum {
  /** How many frames there are. */
  readonly frames: number;
  /** `COEFFICIENTS` values a frame, frame by frame. */
  readonly values: Float32Array;
  /** Of each frame, in decibels of full scale. */
  readonly levels: Float32Array;
}

/** Mel-frequency cepstral coefficients (Davis and Mermelstein, 1980) of 16 kHz sound. */
export function createCepstrum(): (samples: Int16Array) => Cepstrum {
  const [bands, cosines, fft] = [melBands(), cosineTable(), createFft()];
  const window = Float64Array.from({ length: FRAME }, (_, i) => 0.54 - 0.46 * Math.cos((2 * Math.PI * i) / (FRAME - 1)));
  const [real, imaginary, energies] = [new Float64Array(FFT), new Float64Array(FFT), new Float64Array(BANDS)];
  return (samples) => {
    const frames = samples.length < FRAME ? 0 : 1 + Math.floor((samples.length - FRAME) / HOP);
    const [values, levels] = [new Float32Array(frames * COEFFICIENTS), new Float32Array(frames)];
    for (let frame = 0; frame < frames; frame++) {
      real.fill(0);
      imaginary.fill(0);
      let power = 0;
      let before = samples[frame * HOP] ?? 0;
      for (let i = 0; i < FRAME; i++) {
        const sample = samples[frame * HOP + i] ?? 0;
        power += sample * sample;
        real[i] = (sample - 0.97 * before) * (window[i] ?? 0);
        before = sample;
      }
      levels[frame] = 10 * Math.log10(power / FRAME / 2 ** 30 + 1e-12);
      fft(real, imaginary);
      for (const [band, { from, weights }] of bands.entries()) {
        let energy = 0;
        for (let i = 0; i < weights.length; i++) {
          const re = real[from + i] ?? 0;
          const im = imaginary[from + i] ?? 0;
          energy += (weights[i] ?? 0) * (re * re + im * im);
        }
        energies[band] = Math.log(energy + 1);
      }
      for (let k = 0; k < COEFFICIENTS; k++) {
        let sum = 0;
        for (let band = 0; band < BANDS; band++) sum += (energies[band] ?? 0) * (cosines[k * BANDS + band] ?? 0);
        values[frame * COEFFICIENTS + k] = sum;
      }
    }
    return { frames, values, levels };
  };
}

interface Band {
  readonly from: number;
  readonly weights: Float64Array;
}

function melBands(): Band[] {
  const [low, high] = [mel(LOWEST_HZ), mel(HIGHEST_HZ)];
  const edge = (i: number): number => (hertz(low + ((high - low) * i) / (BANDS + 1)) * FFT) / SAMPLE_RATE;
  return Array.from({ length: BANDS }, (_, band) => {
    const [left, middle, right] = [edge(band), edge(band + 1), edge(band + 2)];
    const from = Math.ceil(left);
    const weights = Float64Array.from({ length: Math.max(1, Math.floor(right) - from + 1) }, (_, i) =>
      Math.max(0, Math.min((from + i - left) / (middle - left), (right - from - i) / (right - middle))),
    );
    return { from, weights };
  });
}

const mel = (hz: number): number => 1127 * Math.log(1 + hz / 700);
const hertz = (value: number): number => 700 * (Math.exp(value / 1127) - 1);

function cosineTable(): Float64Array {
  return Float64Array.from({ length: COEFFICIENTS * BANDS }, (_, at) => {
    const [k, band] = [1 + Math.floor(at / BANDS), at % BANDS];
    return Math.sqrt(2 / BANDS) * Math.cos((Math.PI * k * (band + 0.5)) / BANDS);
  });
}

/** In place, radix 2 (Cooley and Tukey). */
function createFft(): (real: Float64Array, imaginary: Float64Array) => void {
  const cos = Float64Array.from({ length: FFT / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / FFT));
  const sin = Float64Array.from({ length: FFT / 2 }, (_, i) => -Math.sin((2 * Math.PI * i) / FFT));
  const bits = Math.log2(FFT);
  const reversed = Uint16Array.from({ length: FFT }, (_, i) => {
    let [value, out] = [i, 0];
    for (let bit = 0; bit < bits; bit++, value >>= 1) out = (out << 1) | (value & 1);
    return out;
  });
  return (real, imaginary) => {
    for (let i = 0; i < FFT; i++) {
      const j = reversed[i]!; // in range, as are all below
      if (j <= i) continue;
      const re = real[i]!;
      const im = imaginary[i]!;
      real[i] = real[j]!;
      imaginary[i] = imaginary[j]!;
      real[j] = re;
      imaginary[j] = im;
    }
    for (let half = 1; half < FFT; half *= 2) {
      const step = FFT / (2 * half);
      for (let start = 0; start < FFT; start += 2 * half) {
        for (let k = 0; k < half; k++) {
          const a = start + k;
          const b = a + half;
          const c = cos[k * step]!;
          const s = sin[k * step]!;
          const re = real[b]! * c - imaginary[b]! * s;
          const im = real[b]! * s + imaginary[b]! * c;
          real[b] = real[a]! - re;
          imaginary[b] = imaginary[a]! - im;
          real[a] = real[a]! + re;
          imaginary[a] = imaginary[a]! + im;
        }
      }
    }
  };
}
