import type { Transcript } from '../src/core/domain/transcript.ts';

/** A transcript of these sentences: words split at spaces, 100 ms each. Source `source` of lecture `lecture`, owner `ann`. */
export function makeTranscript(sentences: readonly string[], over: Partial<Transcript> = {}): Transcript {
  let clock = 0;
  const segments = sentences.map((sentence, id) => {
    const words = sentence.split(' ').map((text) => ({ text, startMs: clock, endMs: (clock += 100), confidence: 1 }));
    const startMs = words[0]?.startMs ?? clock;
    return { id, startMs, endMs: clock, speaker: null, text: sentence, confidence: 1, words };
  });
  return {
    ownerId: 'ann',
    lectureId: 'lecture',
    sourceId: 'source',
    version: 1,
    origin: 'machine',
    baseVersion: null,
    task: 'transcribe',
    engine: 'test',
    model: 'test',
    language: 'en-US',
    durationMs: clock,
    draftQuality: false,
    createdAt: 0,
    segments,
    ...over,
  };
}
