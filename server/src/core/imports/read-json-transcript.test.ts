import { describe, expect, it } from 'vitest';
import { readJsonTranscript } from './read-json-transcript.ts';

const read = (value: unknown) => readJsonTranscript(JSON.stringify(value));
const shown = (value: unknown) =>
  read(value).lines.map((line) => line.map(({ text, startMs, endMs, speaker }) => [text, startMs, endMs, speaker]));

describe('readJsonTranscript', () => {
  it('reads Whisper with words', () => {
    const words = [
      { word: ' The', start: 0.1, end: 0.4, probability: 0.98 },
      { word: ' tide.', start: 0.4, end: 0.9, probability: 0.7 },
    ];
    const file = {
      text: ' The tide.',
      language: 'en',
      segments: [{ id: 0, start: 0, end: 1, text: ' The tide.', avg_logprob: -0.2, words }],
    };
    expect(read(file)).toMatchObject({
      engine: 'whisper',
      language: 'en',
      lines: [[{ text: 'The', confidence: 0.98 }, { text: 'tide.' }]],
    });
    expect(shown(file)).toEqual([
      [
        ['The', 100, 400, null],
        ['tide.', 400, 900, null],
      ],
    ]);
  });

  it('gives words their share of the line where Whisper was not asked for words', () => {
    const file = { language: 'en', segments: [{ start: 2, end: 3, text: ' aa bb', avg_logprob: -0.5 }] };
    expect(shown(file)).toEqual([
      [
        ['aa', 2_000, 2_500, null],
        ['bb', 2_500, 3_000, null],
      ],
    ]);
    expect(read(file).lines[0]?.[0]?.confidence).toBeCloseTo(0.607, 2);
  });

  it('reads WhisperX with speakers, and numbers that it could not align', () => {
    const words = [
      { word: 'In', start: 1, end: 1.2, score: 0.9, speaker: 'SPEAKER_01' },
      { word: '1969' },
      { word: 'they', start: 2, end: 2.3, score: 0.8, speaker: 'SPEAKER_01' },
    ];
    const file = { segments: [{ start: 1, end: 2.3, text: 'In 1969 they', speaker: 'SPEAKER_01', words }], word_segments: [] };
    expect(read(file).engine).toBe('whisperx');
    expect(shown(file)).toEqual([
      [
        ['In', 1_000, 1_200, 'SPEAKER_01'],
        ['1969', 1_200, 2_000, 'SPEAKER_01'],
        ['they', 2_000, 2_300, 'SPEAKER_01'],
      ],
    ]);
  });

  it("puts whisper.cpp's tokens together to words and leaves its own signs out", () => {
    const token = (text: string, from: number, to: number, p = 0.5) => ({ text, offsets: { from, to }, p });
    const tokens = [
      token('[_BEG_]', 0, 0),
      token(' hippo', 0, 300),
      token('campus', 300, 700, 0.9),
      token('.', 700, 700),
      token('[_TT_50]', 700, 700),
    ];
    const file = {
      params: { model: '/somewhere/models/ggml-base.bin' },
      result: { language: 'en' },
      transcription: [{ offsets: { from: 0, to: 700 }, text: ' hippocampus.', tokens }],
    };
    expect(read(file)).toMatchObject({ engine: 'whisper-cpp', model: 'ggml-base.bin', language: 'en' });
    expect(shown(file)).toEqual([[['hippocampus.', 0, 700, null]]]);
  });

  it('reads AssemblyAI, by what each speaker says', () => {
    const word = (text: string, start: number, speaker: string) => ({ text, start, end: start + 200, confidence: 0.9, speaker });
    const words = [word('Hello.', 0, 'A'), word('Hi.', 500, 'B')];
    const file = {
      language_code: 'en_us',
      audio_duration: 1,
      text: 'Hello. Hi.',
      words,
      utterances: words.map((one) => ({ words: [one] })),
    };
    expect(read(file)).toMatchObject({ engine: 'assemblyai', language: 'en_us' });
    expect(shown(file)).toEqual([[['Hello.', 0, 200, 'A']], [['Hi.', 500, 700, 'B']]]);
    expect(shown({ ...file, utterances: null })).toEqual([
      [
        ['Hello.', 0, 200, 'A'],
        ['Hi.', 500, 700, 'B'],
      ],
    ]);
  });

  it('reads Deepgram, with punctuation, and two channels in the order of time', () => {
    const word = (text: string, start: number) => ({
      word: text.toLowerCase(),
      punctuated_word: text,
      start,
      end: start + 0.2,
      confidence: 0.9,
    });
    const channel = (...words: unknown[]) => ({ alternatives: [{ words }] });
    const one = {
      metadata: { model_info: { x: { name: 'nova-3' } } },
      results: { channels: [channel({ ...word('Yes.', 1), speaker: 0 })] },
    };
    expect(read(one)).toMatchObject({ engine: 'deepgram', model: 'nova-3' });
    expect(shown(one)).toEqual([[['Yes.', 1_000, 1_200, '0']]]);
    const two = { results: { channels: [channel(word('Hello?', 1), word('Good.', 3)), channel(word('Fine.', 2))] } };
    expect(shown(two)).toEqual([[['Hello?', 1_000, 1_200, '0']], [['Fine.', 2_000, 2_200, '1']], [['Good.', 3_000, 3_200, '0']]]);
  });

  it.each([
    ['nothing', ''],
    ['half a file', '{"segments":[{"start":0,'],
    ['another JSON', '{"hello":"world"}'],
    ['a list', '[1,2,3]'],
    ['times that are no times', '{"segments":[{"start":"now","end":1e400,"text":"x"}]}'],
    ['negative times', '{"segments":[{"start":-5,"end":1,"text":"x"}]}'],
    ['deep nesting', `${'['.repeat(2_000)}${']'.repeat(2_000)}`],
  ])('refuses %s', (_what, json) => {
    expect(() => readJsonTranscript(json)).toThrow(expect.objectContaining({ code: 'transcript_file_invalid' }));
  });

  it('mends times that run backwards and shares that are none', () => {
    const words = [{ word: 'x', start: 5, end: 4, probability: 7 }];
    const [line] = read({ segments: [{ start: 9, end: 1, text: 'x', words }] }).lines;
    expect(line).toEqual([{ text: 'x', startMs: 5_000, endMs: 5_000, confidence: 1, speaker: null }]);
  });
});
