import type { Word } from '../domain/transcript.ts';

/** A word of a transcript that somebody else made; the speaker is called as in their file. */
export interface ImportedWord extends Word {
  readonly speaker: string | null;
}

/** What a file holds that another system made of a recording. */
export interface ImportedTranscript {
  /** Whose file it is: `whisper`, `whisper-cpp`, `whisperx`, `assemblyai`, `deepgram`. */
  readonly engine: string;
  readonly model: string | null;
  /** ISO 639-1, where the file says. */
  readonly language: string | null;
  /** In order of time. A line ends where the file's own segments end. */
  readonly lines: readonly (readonly ImportedWord[])[];
}

/** Words of a line that has times only as a whole: each gets its share by its length. */
export function spreadOver(
  text: string,
  span: { readonly startMs: number; readonly endMs: number },
  said: { readonly speaker: string | null; readonly confidence: number },
): ImportedWord[] {
  const texts = text.split(/\s+/).filter((word) => word !== '');
  const letters = texts.reduce((sum, word) => sum + word.length, 0);
  let passed = 0;
  const moment = (): number => Math.round(span.startMs + ((span.endMs - span.startMs) * passed) / letters);
  return texts.map((word) => {
    const startMs = moment();
    passed += word.length;
    return { text: word, startMs, endMs: moment(), ...said };
  });
}
