import { graphBuilder } from './graph-builder.ts';
import { LOUD_LOG_MEL, LOUD_PIECES, QUIET_PIECES, tokensFile } from './known-sentences.ts';

/** The real model's numbers of languages. */
const LANGUAGES = { auto: 0, zh: 3, en: 4, yue: 7, ja: 11, ko: 12 } as const;
const BLANK = 0;
/** Language, mood, event and "with punctuation" come before the text, one a frame. */
const HEAD_FRAMES = 4;
/** 60 ms each: six frames of 10 ms become one. */
const FRAMES = HEAD_FRAMES + 600;
const FRAMES_PER_PIECE = 4;
const FEATURES = 560;
/** The real model's features are of samples of 16 bits. */
const LOUD_ABOVE = LOUD_LOG_MEL + 2 * Math.log(32_768);

const HEAD = ['<unk>', '<|zh|>', '<|en|>', '<|yue|>', '<|ja|>', '<|ko|>', '<|NEUTRAL|>', '<|Speech|>', '<|withitn|>'];
const VOCABULARY = ['<blank>', ...HEAD, ...new Set([...LOUD_PIECES, ...QUIET_PIECES])];

/** The files of a model of the SenseVoice type, by name. It answers in the language it is told, in English by itself. */
export function senseVoiceModel(): Record<string, Uint8Array | string> {
  const graph = graphBuilder();
  const size = VOCABULARY.length;
  const lengthOf = graph.node('Shape', ['x']);
  const frames = graph.node('Slice', [lengthOf, graph.constant('int64', [1]), graph.constant('int64', [2])]);
  const end = graph.node('Add', [frames, graph.constant('int64', [HEAD_FRAMES - 1])]);
  const isLoud = graph.node('Greater', [
    graph.node('ReduceMax', ['x'], { keepdims: 0 }),
    graph.constant('float', [LOUD_ABOVE], []),
  ]);
  const tables = [LOUD_PIECES, QUIET_PIECES].map((pieces) => graph.constant('float', tableOf(pieces), [1, FRAMES - 1, size]));
  const table = graph.node('Where', [isLoud, ...tables]);
  const rest = graph.node('Slice', [table, graph.constant('int64', [0]), end, graph.constant('int64', [1])]);
  const spoken = graph.node('Gather', [graph.constant('float', languageRows(), [13, size]), 'language']);
  const first = graph.node('Unsqueeze', [spoken, graph.constant('int64', [1])]);
  graph.output({ name: 'logits', type: 'float', shape: ['N', 'T', size] }, graph.node('Concat', [first, rest], { axis: 1 }));
  const model = graph.file(
    [
      { name: 'x', type: 'float', shape: ['N', 'T', FEATURES] },
      { name: 'x_length', type: 'int32', shape: ['N'] },
      { name: 'language', type: 'int32', shape: ['N'] },
      { name: 'text_norm', type: 'int32', shape: ['N'] },
    ],
    {
      model_type: 'sense_voice_ctc',
      comment: 'made by a test',
      vocab_size: size,
      blank_id: BLANK,
      lfr_window_size: 7,
      lfr_window_shift: 6,
      normalize_samples: 0,
      with_itn: 14,
      without_itn: 15,
      ...Object.fromEntries(Object.entries(LANGUAGES).map(([language, id]) => [`lang_${language}`, id])),
      neg_mean: Array.from({ length: FEATURES }, () => '0').join(','),
      inv_stddev: Array.from({ length: FEATURES }, () => '1').join(','),
    },
  );
  return { 'model.int8.onnx': model, 'tokens.txt': tokensFile(VOCABULARY) };
}

/** All frames after the first: what comes before the text, then each piece for one frame and silence after it. */
function tableOf(pieces: readonly string[]): number[] {
  const ids: number[] = ['<|NEUTRAL|>', '<|Speech|>', '<|withitn|>'].map(idOf);
  for (const piece of pieces) ids.push(idOf(piece), ...Array.from({ length: FRAMES_PER_PIECE - 1 }, () => BLANK));
  while (ids.length < FRAMES - 1) ids.push(BLANK);
  return ids.flatMap((id) => VOCABULARY.map((_, other) => (other === id ? 10 : 0)));
}

/** The row for each number of a language that may be asked for. */
function languageRows(): number[] {
  const named = new Map<number, string>(Object.entries(LANGUAGES).map(([language, id]) => [id, language]));
  return Array.from({ length: 13 }, (_, id) => {
    const language = named.get(id) ?? 'auto';
    const answer = idOf(`<|${language === 'auto' ? 'en' : language}|>`);
    return VOCABULARY.map((_piece, other) => (other === answer ? 10 : 0));
  }).flat();
}

function idOf(piece: string): number {
  return VOCABULARY.indexOf(piece);
}
