import type { AudioChunk } from '../domain/audio.ts';
import type { SpeakerTurn } from '../domain/revision.ts';

/** Tells who speaks when: voices by number, not by name. */
export interface Diarizer {
  /** `sherpa`, `mfcc`. */
  readonly engine: string;
  /** Whether its speakers are a guess that must be marked so wherever they are shown. */
  readonly approximate: boolean;
  /** Why it cannot be used here, as a sentence with the cure; null when it is ready. */
  unavailable(): Promise<string | null>;
  /** Changes whenever the same sound could give other turns: versions, models, settings. */
  digest(): Promise<string>;
  /**
   * Listens through one recording. `speech` is its speech in order (chunks may overlap a little where speech was cut) and is read as
   * fast as it is used: memory does not grow with the recording's sound. Aborting ends the work within a second.
   *
   * @throws AppError `engine_unavailable`, `engine_failed`, `model_missing`, `model_unavailable`, and what reading `speech` throws
   */
  diarize(speech: AsyncIterable<AudioChunk>, options: DiarizeOptions, signal: AbortSignal): Promise<Diarization>;
}

export interface DiarizeOptions {
  /** How many people speak, where somebody said; null lets the engine find out. There are fewer where fewer voices are heard. */
  readonly speakers: number | null;
  /** Told now and then how far it has listened, in milliseconds from the start of the recording. */
  readonly onProgress?: (endMs: number) => void;
}

export interface Diarization {
  /** What was used, for people: names of models or of the method. */
  readonly model: string;
  /** In order of their starts, inside the speech. Two may overlap where two speak at once. Speakers are `S1`, `S2`, ... as they are first heard. */
  readonly turns: readonly SpeakerTurn[];
  readonly voices: readonly SpeakerVoice[];
}

/** One speaker of a recording. */
export interface SpeakerVoice {
  readonly speaker: string;
  /** How long the speaker is heard. */
  readonly speechMs: number;
  /** What the voice sounds like, of length 1, for comparing with voices of the same `space`; null where the engine cannot tell people by it. */
  readonly embedding: VoiceEmbedding | null;
}

/** A direction in the space of one embedding model. */
export interface VoiceEmbedding {
  /** Names the model; vectors of different spaces cannot be compared. */
  readonly space: string;
  readonly vector: readonly number[];
}

/** More speakers than this are not told apart. */
export const MAX_SPEAKERS = 50;
