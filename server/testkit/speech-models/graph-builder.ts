import { onnxFile, type Constant, type ElementType, type OnnxModel, type OnnxNode, type ValueInfo } from './onnx-writer.ts';

export interface GraphBuilder {
  /** Returns the name of the value, as all of these do. */
  constant(type: ElementType, values: readonly number[], shape?: readonly number[]): string;
  node(op: string, inputs: readonly string[], attributes?: OnnxNode['attributes']): string;
  /** What the model gives, in the order of the calls. */
  output(value: ValueInfo, from: string): void;
  /** The bytes of the model. */
  file(inputs: readonly ValueInfo[], metadata?: OnnxModel['metadata']): Uint8Array;
}

/** Puts an ONNX graph together node by node; names are made up on the way. */
export function graphBuilder(): GraphBuilder {
  const constants: Constant[] = [];
  const nodes: OnnxNode[] = [];
  const outputs: ValueInfo[] = [];
  return {
    constant(type, values, shape = [values.length]) {
      const name = `constant-${constants.length}`;
      constants.push({ name, type, shape, values });
      return name;
    },
    node(op, inputs, attributes) {
      const name = `value-${nodes.length}`;
      nodes.push({ op, inputs, outputs: [name], ...(attributes && { attributes }) });
      return name;
    },
    output(value, from) {
      nodes.push({ op: 'Identity', inputs: [from], outputs: [value.name] });
      outputs.push(value);
    },
    file: (inputs, metadata = {}) => onnxFile({ inputs, outputs, constants, nodes, metadata }),
  };
}
