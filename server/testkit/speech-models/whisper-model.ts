import { graphBuilder, type GraphBuilder } from './graph-builder.ts';
import { LOUD_PIECES, QUIET_PIECES, sentenceOf } from './known-sentences.ts';

/** What the model writes when it is told to translate, whatever it hears. */
export const TRANSLATED_PIECES = ['▁This', '▁is', '▁English', '.'] as const;
export const TRANSLATED_SENTENCE = sentenceOf(TRANSLATED_PIECES);

/** The languages it knows; it takes German for what it hears. */
const LANGUAGES = ['en', 'de', 'fr'] as const;
const HEARS: (typeof LANGUAGES)[number] = 'de';

const TEXT: readonly string[] = [...new Set([...LOUD_PIECES, ...QUIET_PIECES, ...TRANSLATED_PIECES])];
const SPECIAL = ['eot', 'sot', ...LANGUAGES, 'translate', 'transcribe', 'startoflm', 'startofprev', 'nospeech', 'notimestamps'];
/** After these come 1,501 times, from 0 to 30 s in steps of 20 ms. */
const TIMES_FROM = TEXT.length + SPECIAL.length;
const VOCABULARY_SIZE = TIMES_FROM + 1501;
const MELS = 80;
const TEXT_CONTEXT = 448;
/** Of Whisper's scaled log mel energies: white noise of a third of full scale has 1.1, of a hundredth 0.3. */
const LOUD_ABOVE = 0.7;
/** Each sentence is said from 0.2 s on and takes this long. */
export const SENTENCE_MS = { from: 200, to: 1_800 } as const;

/** In a model with attention each piece is said for so long, from 0 s on. */
export const PIECE_MS = 240;

/**
 * The files of a model of the Whisper type (several languages), by name. It tells times of segments; with `attention`, where in
 * the sound it is looking for each piece, of which the engine makes times of pieces.
 */
export function whisperModel({ size = 'tiny', attention = false } = {}): Record<string, Uint8Array | string> {
  return {
    [`${size}-encoder.int8.onnx`]: encoder(size, attention),
    [`${size}-decoder.int8.onnx`]: decoder(attention),
    [`${size}-tokens.txt`]: tokens(),
  };
}

/** Tells whether the sound is loud; the length of the sound is lost, as in a real model it would not be. */
function encoder(size: string, attention: boolean): Uint8Array {
  const graph = graphBuilder();
  const isLoud = graph.node('Cast', [graph.node('Greater', [peakOf('mel'), graph.constant('float', [LOUD_ABOVE], [])])], {
    to: 1,
  });
  const cross = graph.node('Reshape', [isLoud, graph.constant('int64', [1, 1, 1, 1])]);
  graph.output({ name: 'n_layer_cross_k', type: 'float', shape: [1, 1, 1, 1] }, cross);
  graph.output({ name: 'n_layer_cross_v', type: 'float', shape: [1, 1, 1, 1] }, cross);
  return graph.file([{ name: 'mel', type: 'float', shape: ['N', MELS, 'T'] }], {
    model_type: `whisper-${size}`,
    n_mels: MELS,
    n_text_layer: 1,
    n_text_ctx: TEXT_CONTEXT,
    n_text_state: 1,
    n_vocab: VOCABULARY_SIZE,
    sot: idOf('sot'),
    eot: idOf('eot'),
    blank_id: 0,
    translate: idOf('translate'),
    transcribe: idOf('transcribe'),
    no_timestamps: idOf('notimestamps'),
    no_speech: idOf('nospeech'),
    is_multilingual: 1,
    sot_sequence: ['sot', 'en', 'transcribe'].map(idOf).join(','),
    all_language_tokens: LANGUAGES.map(idOf).join(','),
    all_language_codes: LANGUAGES.join(','),
    ...(attention && { n_alignment_heads: 1 }),
  });

  function peakOf(value: string): string {
    return graph.node('ReduceMax', [value], { keepdims: 0 });
  }
}

/** Knows which token follows which, in loud and in quiet sound. */
function decoder(attention: boolean): Uint8Array {
  const graph = graphBuilder();
  const isLoud = graph.node('Greater', [
    graph.node('ReduceMax', ['n_layer_cross_k'], { keepdims: 0 }),
    graph.constant('float', [0.5], []),
  ]);
  const chains = [LOUD_PIECES, QUIET_PIECES].map((pieces) => graph.constant('int64', chainOf(pieces)));
  const follows = graph.node('Gather', [graph.node('Where', [isLoud, ...chains]), 'tokens']);
  const size = graph.constant('int64', [VOCABULARY_SIZE]);
  const logits = graph.node('OneHot', [follows, size, graph.constant('float', [0, 20])]);
  graph.output({ name: 'logits', type: 'float', shape: ['N', 'U', VOCABULARY_SIZE] }, logits);
  const cacheShape = [1, 'N', TEXT_CONTEXT, 1];
  graph.output({ name: 'out_n_layer_self_k_cache', type: 'float', shape: cacheShape }, 'in_n_layer_self_k_cache');
  graph.output({ name: 'out_n_layer_self_v_cache', type: 'float', shape: cacheShape }, 'in_n_layer_self_v_cache');
  if (attention) {
    const weights = attentionOf(graph, isLoud);
    graph.output({ name: 'cross_attention_weights', type: 'float', shape: ['N', 1, 'U', FRAMES] }, weights);
  }
  return graph.file([
    { name: 'tokens', type: 'int64', shape: ['N', 'U'] },
    { name: 'in_n_layer_self_k_cache', type: 'float', shape: cacheShape },
    { name: 'in_n_layer_self_v_cache', type: 'float', shape: cacheShape },
    { name: 'n_layer_cross_k', type: 'float', shape: [1, 1, 1, 1] },
    { name: 'n_layer_cross_v', type: 'float', shape: [1, 1, 1, 1] },
    { name: 'offset', type: 'int64', shape: [1] },
  ]);
}

/** Half a minute of frames of 20 ms, as Whisper's encoder gives them. */
const FRAMES = 1_500;

/** How much is looked at each frame for each token: most where its piece is said. */
function attentionOf(graph: GraphBuilder, isLoud: string): string {
  const places = [LOUD_PIECES, QUIET_PIECES].map((pieces) => graph.constant('float', placesOf(pieces)));
  const place = graph.node('Gather', [graph.node('Where', [isLoud, ...places]), 'tokens']); // [N, U]
  const column = graph.node('Unsqueeze', [place, graph.constant('int64', [1, 3])]);
  const frames = graph.constant(
    'float',
    Array.from({ length: FRAMES }, (_, frame) => frame),
    [1, 1, 1, FRAMES],
  );
  const away = graph.node('Div', [graph.node('Sub', [frames, column]), graph.constant('float', [PIECE_MS / 40], [])]);
  return graph.node('Neg', [graph.node('Mul', [away, away])]);
}

/** The frame in the middle of each token's piece; what comes before the text is at the beginning. */
function placesOf(pieces: readonly string[]): number[] {
  const places = Array.from({ length: VOCABULARY_SIZE }, () => 0);
  pieces.forEach((piece, index) => (places[idOf(piece)] = ((index + 0.5) * PIECE_MS) / 20));
  for (const end of [idOf('eot'), timeOf(SENTENCE_MS.to)]) places[end] = ((pieces.length + 0.5) * PIECE_MS) / 20;
  return places;
}

/** For each token the one that follows it: the task, a time, the text, a time, the end. */
function chainOf(pieces: readonly string[]): number[] {
  const follows = Array.from({ length: VOCABULARY_SIZE }, () => idOf('eot'));
  const link = (ids: readonly number[]): void => ids.slice(1).forEach((id, index) => (follows[ids[index] ?? 0] = id));
  const start = timeOf(SENTENCE_MS.from);
  const translationStart = start + 1;
  link([idOf('transcribe'), start, ...pieces.map(idOf), timeOf(SENTENCE_MS.to), idOf('eot')]);
  link([idOf('translate'), translationStart, ...TRANSLATED_PIECES.filter((piece) => piece !== '.').map(idOf)]);
  // The full stop is shared by the sentences: what follows it is the same.
  follows[idOf('▁English')] = idOf('.');
  follows[idOf('notimestamps')] = idOf(pieces[0] ?? 'eot');
  follows[idOf('sot')] = idOf(HEARS);
  return follows;
}

/** `tokens.txt`: pieces as base64, a space where a word begins. */
function tokens(): string {
  return TEXT.map((piece, id) => `${Buffer.from(piece.replace('▁', ' ')).toString('base64')} ${id}\n`).join('');
}

function timeOf(ms: number): number {
  return TIMES_FROM + ms / 20;
}

function idOf(token: string): number {
  const inText = TEXT.indexOf(token);
  return inText >= 0 ? inText : TEXT.length + SPECIAL.indexOf(token);
}
