import { graphBuilder } from './graph-builder.ts';
import { LOUD_LOG_MEL, LOUD_PIECES, QUIET_PIECES, tokensFile } from './known-sentences.ts';

const PIECES: readonly string[] = [...new Set([...LOUD_PIECES, ...QUIET_PIECES])];
const BLANK = '<blk>';
const VOCABULARY = [...PIECES, BLANK];
const BLANK_ID = PIECES.length;
/** The engine reckons with four frames of 10 ms for one; 32 of them are heard at once. */
const SUBSAMPLING = 4;
const CHUNK_FRAMES = 32;
const OUT_FRAMES = CHUNK_FRAMES / SUBSAMPLING;
const FEATURES = 80;
/** Sound below this is silence: noise of a thousandth of full scale. */
const SPEECH_ABOVE = LOUD_LOG_MEL - 12;

/**
 * The files of a streaming model of the NeMo CTC type, by name. It says one piece in each 320 ms of sound, the next one in the next
 * (its state counts), in silence nothing, and begins anew after silence.
 */
export function streamingCtcModel(): Record<string, Uint8Array | string> {
  return { 'model.onnx': model(), 'tokens.txt': tokensFile(VOCABULARY) };
}

function model(): Uint8Array {
  const graph = graphBuilder();
  const scalar = (value: number): string => graph.constant('float', [value], []);
  const peak = graph.node('ReduceMax', ['audio_signal'], { keepdims: 0 });
  const isSpeech = graph.node('Greater', [peak, scalar(SPEECH_ABOVE)]);
  const isLoud = graph.node('Greater', [peak, scalar(LOUD_LOG_MEL)]);
  const count = graph.node('ReduceMax', ['cache_last_channel'], { keepdims: 0 });
  const index = graph.node('Cast', [count], { to: 7 });
  const rows = [LOUD_PIECES, QUIET_PIECES].map((pieces) =>
    graph.node('Gather', [graph.constant('int64', piecesInTurn(pieces)), index], { axis: 0 }),
  );
  const piece = graph.node('Where', [isLoud, ...rows]);
  const said = graph.node('Where', [isSpeech, piece, graph.constant('int64', [BLANK_ID], [])]);
  const blanks = graph.constant(
    'int64',
    Array.from({ length: OUT_FRAMES - 1 }, () => BLANK_ID),
  );
  const ids = graph.node('Concat', [graph.node('Reshape', [said, graph.constant('int64', [1])]), blanks], { axis: 0 });
  const size = graph.constant('int64', [VOCABULARY.length]);
  const logits = graph.node('OneHot', [ids, size, graph.constant('float', [-8, 0])]);
  const batch = graph.node('Unsqueeze', [logits, graph.constant('int64', [0])]);
  const next = graph.node('Where', [
    isSpeech,
    graph.node('Add', ['cache_last_channel', scalar(1)]),
    graph.node('Mul', ['cache_last_channel', scalar(0)]),
  ]);
  graph.output({ name: 'logprobs', type: 'float', shape: ['B', OUT_FRAMES, VOCABULARY.length] }, batch);
  graph.output({ name: 'encoded_lengths', type: 'int64', shape: ['B'] }, 'length');
  graph.output({ name: 'cache_last_channel_next', type: 'float', shape: ['B', 1, 1, 1] }, next);
  graph.output({ name: 'cache_last_time_next', type: 'float', shape: ['B', 1, 1, 1] }, 'cache_last_time');
  graph.output({ name: 'cache_last_channel_next_len', type: 'int64', shape: ['B'] }, 'cache_last_channel_len');
  return graph.file(
    [
      { name: 'audio_signal', type: 'float', shape: ['B', FEATURES, 'T'] },
      { name: 'length', type: 'int64', shape: ['B'] },
      { name: 'cache_last_channel', type: 'float', shape: ['B', 1, 1, 1] },
      { name: 'cache_last_time', type: 'float', shape: ['B', 1, 1, 1] },
      { name: 'cache_last_channel_len', type: 'int64', shape: ['B'] },
    ],
    {
      model_type: 'EncDecCTCModelBPE',
      window_size: CHUNK_FRAMES,
      chunk_shift: CHUNK_FRAMES,
      subsampling_factor: SUBSAMPLING,
      vocab_size: PIECES.length,
      normalize_type: 'NA',
      ...Object.fromEntries(['channel', 'time'].flatMap((what) => [1, 2, 3].map((n) => [`cache_last_${what}_dim${n}`, 1]))),
    },
  );
}

/** Pieces by their turn; when the sentence is over nothing is said until there is silence (an hour of turns). */
function piecesInTurn(pieces: readonly string[]): number[] {
  return Array.from({ length: 11_250 }, (_, turn) => (turn < pieces.length ? PIECES.indexOf(pieces[turn] ?? '') : BLANK_ID));
}
