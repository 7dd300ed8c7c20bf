import { bytes, bytesOf, float, int, message, text, type Field } from './protobuf.ts';

/** Numbers of `onnx.proto` (TensorProto.DataType, AttributeProto.AttributeType). */
const TYPES = { float: 1, int32: 6, int64: 7, bool: 9 } as const;
const ATTRIBUTE = { float: 1, int: 2, ints: 7 } as const;
/** Understood by every ONNX Runtime since 1.8. */
const IR_VERSION = 7;
const OPSET_VERSION = 13;

export type ElementType = keyof typeof TYPES;
/** A length, or the name of one that is known when the model runs. */
export type Dimension = number | string;

export interface ValueInfo {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly Dimension[];
}

export interface Constant {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

export interface OnnxNode {
  /** The operator, as in https://onnx.ai/onnx/operators/ */
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Whole numbers become ints; `{ float: 0.5 }` is a float. */
  readonly attributes?: Readonly<Record<string, number | readonly number[] | { readonly float: number }>>;
}

export interface OnnxModel {
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly constants: readonly Constant[];
  /** In an order in which each node's inputs are there already. */
  readonly nodes: readonly OnnxNode[];
  /** What speech engines read besides the graph: model type, numbers of tokens, languages. */
  readonly metadata: Readonly<Record<string, string | number>>;
}

/** The bytes of an ONNX file (field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). */
export function onnxFile(model: OnnxModel): Uint8Array {
  return bytesOf([
    int(1, IR_VERSION),
    text(2, 'scholium-testkit'),
    message(7, graphFields(model)),
    message(8, [text(1, ''), int(2, OPSET_VERSION)]),
    ...Object.entries(model.metadata).map(([key, value]) => message(14, [text(1, key), text(2, String(value))])),
  ]);
}

function graphFields(model: OnnxModel): Field[] {
  return [
    ...model.nodes.map((node, index) => message(1, nodeFields(node, index))),
    text(2, 'graph'),
    ...model.constants.map((constant) => message(5, tensorFields(constant))),
    ...model.inputs.map((value) => message(11, valueFields(value))),
    ...model.outputs.map((value) => message(12, valueFields(value))),
  ];
}

function nodeFields(node: OnnxNode, index: number): Field[] {
  return [
    ...node.inputs.map((name) => text(1, name)),
    ...node.outputs.map((name) => text(2, name)),
    text(3, `${node.op}-${index}`),
    text(4, node.op),
    ...Object.entries(node.attributes ?? {}).map(([name, value]) => message(5, attributeFields(name, value))),
  ];
}

function attributeFields(name: string, value: number | readonly number[] | { readonly float: number }): Field[] {
  if (typeof value === 'number') return [text(1, name), int(3, value), int(20, ATTRIBUTE.int)];
  if ('float' in value) return [text(1, name), float(2, value.float), int(20, ATTRIBUTE.float)];
  return [text(1, name), ...value.map((item) => int(8, item)), int(20, ATTRIBUTE.ints)];
}

function tensorFields({ name, type, shape, values }: Constant): Field[] {
  return [...shape.map((length) => int(1, length)), int(2, TYPES[type]), text(8, name), bytes(9, rawData(type, values))];
}

function rawData(type: ElementType, values: readonly number[]): Uint8Array {
  if (type === 'float') return new Uint8Array(Float32Array.from(values).buffer);
  if (type === 'int32') return new Uint8Array(Int32Array.from(values).buffer);
  if (type === 'int64') return new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
  return Uint8Array.from(values);
}

function valueFields({ name, type, shape }: ValueInfo): Field[] {
  const dimensions = shape.map((length) => message(1, [typeof length === 'number' ? int(1, length) : text(2, length)]));
  return [text(1, name), message(2, [message(1, [int(1, TYPES[type]), message(2, dimensions)])])];
}
