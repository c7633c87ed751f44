import { widened } from "../safetensors/half.ts";
import { quoted, refused } from "./error.ts";

/** What elements are, as far as it is kept: numbers, whole numbers, or truths. */
export type Kind = "float" | "int" | "bool";

/** A type of elements: its name, how many bytes one has, where a tensor has those that are not raw, how raw ones are read. */
export interface ElementType {
  readonly name: string;
  readonly kind: Kind;
  readonly bytes: number;
  /** The number of the field for elements that are not raw. */
  readonly field: number;
  read(view: DataView, at: number): number;
  /** For types whose elements are kept as bits in a field of whole numbers: the number that these are. */
  ofBits?(bits: number): number;
}

const asFloat = new Float32Array(1);
const asBits = new Uint32Array(asFloat.buffer);

/** The float32 with these bits. */
function float32Of(bits: number): number {
  asBits[0] = bits;
  return asFloat[0] ?? 0;
}

const half = (bits: number): number => float32Of(widened(bits & 0xffff));
// The upper half of a float32.
const brain = (bits: number): number => float32Of((bits & 0xffff) << 16);

/** The types by their numbers in `TensorProto.DataType`. */
const types: ReadonlyMap<number, ElementType> = new Map<number, ElementType>([
  [1, { name: "float32", kind: "float", bytes: 4, field: 4, read: (v, at) => v.getFloat32(at, true) }],
  [2, { name: "uint8", kind: "int", bytes: 1, field: 5, read: (v, at) => v.getUint8(at) }],
  [3, { name: "int8", kind: "int", bytes: 1, field: 5, read: (v, at) => v.getInt8(at) }],
  [4, { name: "uint16", kind: "int", bytes: 2, field: 5, read: (v, at) => v.getUint16(at, true) }],
  [5, { name: "int16", kind: "int", bytes: 2, field: 5, read: (v, at) => v.getInt16(at, true) }],
  [6, { name: "int32", kind: "int", bytes: 4, field: 5, read: (v, at) => v.getInt32(at, true) }],
  [7, { name: "int64", kind: "int", bytes: 8, field: 7, read: (v, at) => Number(v.getBigInt64(at, true)) }],
  [9, { name: "bool", kind: "bool", bytes: 1, field: 5, read: (v, at) => (v.getUint8(at) === 0 ? 0 : 1) }],
  [
    10,
    {
      name: "float16",
      kind: "float",
      bytes: 2,
      field: 5,
      read: (v, at) => half(v.getUint16(at, true)),
      ofBits: half,
    },
  ],
  [11, { name: "float64", kind: "float", bytes: 8, field: 10, read: (v, at) => v.getFloat64(at, true) }],
  [12, { name: "uint32", kind: "int", bytes: 4, field: 11, read: (v, at) => v.getUint32(at, true) }],
  [
    13,
    { name: "uint64", kind: "int", bytes: 8, field: 11, read: (v, at) => Number(v.getBigUint64(at, true)) },
  ],
  [
    16,
    {
      name: "bfloat16",
      kind: "float",
      bytes: 2,
      field: 5,
      read: (v, at) => brain(v.getUint16(at, true)),
      ofBits: brain,
    },
  ],
]);

/** A type by its number. @throws OnnxError for one that there are no tensors of here */
export function elementType(number: number | undefined, of: string): ElementType {
  const type = types.get(number ?? 0);
  if (type !== undefined) return type;
  const known = [...types.values()].map(({ name }) => name).join(", ");
  throw refused(
    `${quoted(of)} has elements of type ${number ?? "0"} of ONNX's TensorProto.DataType`,
    `export the model with one of ${known}`,
  );
}
