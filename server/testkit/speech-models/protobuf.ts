/** One field of a protobuf message, as its bytes with tag. */
export type Field = Uint8Array;

/** The wire types of https://protobuf.dev/programming-guides/encoding/ that ONNX files use. */
const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/** A whole number. */
export function int(field: number, value: number | bigint): Field {
  return bytesOf([tag(field, VARINT), varint(BigInt(value))]);
}

/** A 32-bit floating point number. */
export function float(field: number, value: number): Field {
  const data = new Uint8Array(4);
  new DataView(data.buffer).setFloat32(0, value, true);
  return bytesOf([tag(field, FIXED_32), data]);
}

export function text(field: number, value: string): Field {
  return bytes(field, new TextEncoder().encode(value));
}

/** Bytes, or a message within the message. */
export function bytes(field: number, value: Uint8Array): Field {
  return bytesOf([tag(field, LENGTH_DELIMITED), varint(BigInt(value.length)), value]);
}

export function message(field: number, fields: readonly Field[]): Field {
  return bytes(field, bytesOf(fields));
}

/** Fields one after the other: a message. */
export function bytesOf(fields: readonly Field[]): Uint8Array {
  const all = new Uint8Array(fields.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of fields) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function tag(field: number, wireType: number): Uint8Array {
  return varint(BigInt(field * 8 + wireType));
}

function varint(value: bigint): Uint8Array {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, value); // negative numbers take ten bytes
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    out.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Uint8Array.from(out);
}
