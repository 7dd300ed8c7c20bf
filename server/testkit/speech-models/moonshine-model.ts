import { graphBuilder, type GraphBuilder } from './graph-builder.ts';
import { LOUD_PIECES, QUIET_PIECES, tokensFile } from './known-sentences.ts';

/** The real model's: what begins and what ends a text. */
const BEGIN = '<s>';
const END = '</s>';
const VOCABULARY = ['<unk>', BEGIN, END, ...new Set([...LOUD_PIECES, ...QUIET_PIECES])];
/** The engine reckons with so many samples a frame. */
const SAMPLES_PER_FRAME = 384;
/** Of samples between -1 and 1. */
const LOUD_ABOVE = 0.1;

/** The files of a model of the Moonshine type (version 1), by name: it hears samples, and tells no times. */
export function moonshineModel(): Record<string, Uint8Array | string> {
  return {
    'preprocess.onnx': preprocessor(),
    'encode.int8.onnx': encoder(),
    'uncached_decode.int8.onnx': decoder(false),
    'cached_decode.int8.onnx': decoder(true),
    'tokens.txt': tokensFile(VOCABULARY),
  };
}

/** The files of version 2, by name: one decoder for the first piece and those after it, pieces as base64. */
export function moonshine2Model(): Record<string, Uint8Array | string> {
  return {
    'encoder_model.onnx': preprocessor(),
    'decoder_model_merged.onnx': mergedDecoder(),
    'tokens.txt': tokensFile(VOCABULARY.map((piece) => Buffer.from(piece.replace('▁', ' ')).toString('base64'))),
  };
}

/** One number a frame: the loudest sample of all, so that the length of the sound is kept. */
function preprocessor(): Uint8Array {
  const graph = graphBuilder();
  const one = graph.constant('int64', [1]);
  const samples = graph.node('Slice', [graph.node('Shape', ['audio']), one, graph.constant('int64', [2])]);
  const frames = graph.node('Div', [samples, graph.constant('int64', [SAMPLES_PER_FRAME])]);
  const peak = graph.node('ReduceMax', ['audio'], { keepdims: 0 });
  const shape = graph.node('Concat', [one, frames, one], { axis: 0 });
  graph.output({ name: 'features', type: 'float', shape: ['N', 'T', 1] }, graph.node('Expand', [peak, shape]));
  return graph.file([{ name: 'audio', type: 'float', shape: ['N', 'S'] }]);
}

function encoder(): Uint8Array {
  const graph = graphBuilder();
  graph.output({ name: 'encoded', type: 'float', shape: ['N', 'T', 1] }, 'features');
  return graph.file([
    { name: 'features', type: 'float', shape: ['N', 'T', 1] },
    { name: 'features_len', type: 'int32', shape: ['N'] },
  ]);
}

function decoder(isCached: boolean): Uint8Array {
  const graph = graphBuilder();
  writeLogits(graph);
  graph.output({ name: 'state_out', type: 'float', shape: [1] }, isCached ? 'state' : graph.constant('float', [0]));
  return graph.file([
    { name: 'tokens', type: 'int32', shape: ['N', 'U'] },
    { name: 'encoded', type: 'float', shape: ['N', 'T', 1] },
    { name: 'seq_len', type: 'int32', shape: ['N'] },
    ...(isCached ? [{ name: 'state', type: 'float', shape: [1] } as const] : []),
  ]);
}

/** One layer of keys and values, of which nothing is read; after the first piece there are some. */
function mergedDecoder(): Uint8Array {
  const graph = graphBuilder();
  writeLogits(graph);
  const layer = ['decoder.key', 'decoder.value', 'encoder.key', 'encoder.value'];
  const two = graph.constant('float', [0, 0], [1, 1, 2, 1]);
  for (const name of layer) graph.output({ name: `present.0.${name}`, type: 'float', shape: ['N', 1, 'L', 1] }, two);
  return graph.file([
    { name: 'tokens', type: 'int64', shape: ['N', 'U'] },
    { name: 'encoded', type: 'float', shape: ['N', 'T', 1] },
    ...layer.map((name) => ({ name: `past_key_values.0.${name}`, type: 'float', shape: ['N', 1, 'L', 1] }) as const),
    { name: 'use_cache_branch', type: 'bool', shape: [1] },
  ]);
}

function writeLogits(graph: GraphBuilder): void {
  const isLoud = graph.node('Greater', [
    graph.node('ReduceMax', ['encoded'], { keepdims: 0 }),
    graph.constant('float', [LOUD_ABOVE], []),
  ]);
  const chains = [LOUD_PIECES, QUIET_PIECES].map((pieces) => graph.constant('int64', chainOf(pieces)));
  const follows = graph.node('Gather', [graph.node('Where', [isLoud, ...chains]), 'tokens']);
  const size = graph.constant('int64', [VOCABULARY.length]);
  const logits = graph.node('OneHot', [follows, size, graph.constant('float', [0, 8])]);
  graph.output({ name: 'logits', type: 'float', shape: ['N', 'U', VOCABULARY.length] }, logits);
}

/** For each piece the one that follows it. */
function chainOf(pieces: readonly string[]): number[] {
  const said = [BEGIN, ...pieces, END];
  return VOCABULARY.map((piece) => VOCABULARY.indexOf(said[said.indexOf(piece) + 1] ?? END));
}
