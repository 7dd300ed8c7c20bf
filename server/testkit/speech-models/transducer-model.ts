import { graphBuilder } from './graph-builder.ts';
import { LOUD_LOG_MEL, LOUD_PIECES, QUIET_PIECES, tokensFile } from './known-sentences.ts';

/** What loud sound holds as well, almost as likely as the first piece of `LOUD_PIECES` after it: a hint tips the balance. */
export const NEAR_MISS = { instead: '▁sea', hint: '▁seal' } as const;

/** The hint comes first: the engine spells hints with the pieces of the lowest numbers. */
const PIECES = [...new Set([NEAR_MISS.hint, ...LOUD_PIECES, ...QUIET_PIECES])];
const BLANK = '<blk>';
const VOCABULARY = [...PIECES, BLANK];
const BLANK_ID = PIECES.length;
/** A piece lasts two frames of 80 ms. */
const DURATIONS = [0, 1, 2, 3, 4];
const FRAMES_PER_PIECE = 2;
const SUBSAMPLING = 8;
const FEATURES = 80;
/** NeMo's mel bands are divided by their width. */
const LOUD_ABOVE = LOUD_LOG_MEL - 6;

/**
 * The files of a transducer of the Parakeet TDT type, by name. Its encoder tells whether the sound is loud, its decoder which piece
 * follows the last one in either sentence, and the joiner puts the two together.
 */
export function transducerModel(): Record<string, Uint8Array | string> {
  return {
    'encoder.int8.onnx': encoder(),
    'decoder.int8.onnx': decoder(),
    'joiner.int8.onnx': joiner(),
    'tokens.txt': tokensFile(VOCABULARY),
  };
}

function encoder(): Uint8Array {
  const graph = graphBuilder();
  const one = graph.constant('int64', [1]);
  const frames = graph.node('Slice', [
    graph.node('Shape', ['audio_signal']),
    graph.constant('int64', [2]),
    graph.constant('int64', [3]),
  ]);
  const shorter = graph.node('Div', [frames, graph.constant('int64', [SUBSAMPLING])]);
  const peak = graph.node('ReduceMax', ['audio_signal'], { keepdims: 1 });
  const isLoud = graph.node('Cast', [graph.node('Greater', [peak, graph.constant('float', [LOUD_ABOVE], [])])], { to: 1 });
  const shape = graph.node('Concat', [one, one, shorter], { axis: 0 });
  graph.output({ name: 'outputs', type: 'float', shape: ['B', 1, 'T'] }, graph.node('Expand', [isLoud, shape]));
  graph.output({ name: 'encoded_lengths', type: 'int64', shape: ['B'] }, shorter);
  return graph.file(
    [
      { name: 'audio_signal', type: 'float', shape: ['B', FEATURES, 'T'] },
      { name: 'length', type: 'int64', shape: ['B'] },
    ],
    {
      model_type: 'EncDecRNNTBPEModel',
      vocab_size: PIECES.length,
      subsampling_factor: SUBSAMPLING,
      normalize_type: 'NA',
      pred_rnn_layers: 1,
      pred_hidden: 1,
      feat_dim: FEATURES,
      url: 'a test (tdt)',
      comment: 'made by a test',
    },
  );
}

/** Gives three numbers: what follows in loud sound, what else may follow in it, and what follows in quiet sound. */
function decoder(): Uint8Array {
  const graph = graphBuilder();
  const after = VOCABULARY.flatMap((piece) => {
    const loud = next(LOUD_PIECES, piece);
    return [loud, PIECES[loud] === NEAR_MISS.instead ? idOf(NEAR_MISS.hint) : loud, next(QUIET_PIECES, piece)];
  });
  const table = graph.constant('float', after, [VOCABULARY.length, 3]);
  const rows = graph.node('Gather', [table, 'targets']); // [1, 1, 3]
  graph.output({ name: 'outputs', type: 'float', shape: ['B', 3, 'U'] }, graph.node('Transpose', [rows], { perm: [0, 2, 1] }));
  graph.output({ name: 'prednet_lengths', type: 'int32', shape: ['B'] }, 'target_length');
  graph.output({ name: 'states', type: 'float', shape: [1, 'B', 1] }, 'states.1');
  graph.output({ name: '162', type: 'float', shape: [1, 'B', 1] }, 'onnx::LSTM_3');
  return graph.file([
    { name: 'targets', type: 'int32', shape: ['B', 'U'] },
    { name: 'target_length', type: 'int32', shape: ['B'] },
    { name: 'states.1', type: 'float', shape: [1, 'B', 1] },
    { name: 'onnx::LSTM_3', type: 'float', shape: [1, 'B', 1] },
  ]);
}

function joiner(): Uint8Array {
  const graph = graphBuilder();
  const pick = (index: number): string =>
    graph.node('Gather', ['decoder_outputs', graph.constant('int64', [index], [])], { axis: 1 }); // [B, 1]
  const isLoud = graph.node('Greater', [
    graph.node('Squeeze', ['encoder_outputs', graph.constant('int64', [1])]), // [B, 1]
    graph.constant('float', [0.5], []),
  ]);
  const quiet = pick(2);
  const likely = oneHot(graph.node('Where', [isLoud, pick(0), quiet]), 8);
  const lessLikely = oneHot(graph.node('Where', [isLoud, pick(1), quiet]), 7.5);
  const pieces = graph.node('Max', [likely, lessLikely]); // [B, 1, V]
  const durations = DURATIONS.map((duration) => (duration === FRAMES_PER_PIECE ? 8 : 0));
  const batch = graph.node('Slice', [
    graph.node('Shape', ['encoder_outputs']),
    graph.constant('int64', [0]),
    graph.constant('int64', [1]),
  ]);
  const lengths = graph.node('Concat', [batch, graph.constant('int64', [1, DURATIONS.length])], { axis: 0 });
  const skips = graph.node('Expand', [graph.constant('float', durations, [1, 1, DURATIONS.length]), lengths]);
  const all = graph.node('Unsqueeze', [graph.node('Concat', [pieces, skips], { axis: 2 }), graph.constant('int64', [1])]);
  graph.output({ name: 'outputs', type: 'float', shape: ['B', 1, 1, VOCABULARY.length + DURATIONS.length] }, all);
  return graph.file([
    { name: 'encoder_outputs', type: 'float', shape: ['B', 1, 1] },
    { name: 'decoder_outputs', type: 'float', shape: ['B', 3, 1] },
  ]);

  function oneHot(id: string, logit: number): string {
    const index = graph.node('Cast', [id], { to: 7 });
    return graph.node('OneHot', [index, graph.constant('int64', [VOCABULARY.length]), graph.constant('float', [0, logit])]);
  }
}

/** The number of what follows a piece in a sentence; after its end, and after what is not in it, nothing (blank) does. */
function next(sentence: readonly string[], piece: string): number {
  if (piece === BLANK) return idOf(sentence[0] ?? BLANK);
  const at = sentence.indexOf(piece === NEAR_MISS.hint ? NEAR_MISS.instead : piece);
  return at < 0 ? BLANK_ID : idOf(sentence[at + 1] ?? BLANK);
}

function idOf(piece: string): number {
  return VOCABULARY.indexOf(piece);
}
