import { checkOptions } from "../arguments.ts";
import { showShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import {
  LONGEST_HEADER,
  METADATA,
  PREFIX,
  type Safetensors,
  type StoredDType,
  stored,
  written,
} from "./format.ts";
import { encodeUtf8 } from "./utf8.ts";

/**
 * Writes tensors as a file in the safetensors format; {@link read} gives them back, bit for bit. The elements of 8 bytes
 * come first and the header's length is a multiple of 8, so that every tensor begins at a multiple of its elements' size;
 * otherwise tensors follow each other by name: the same content has the same bytes.
 *
 * @param content the tensors, float32, float64 or uint32, by name; and texts to keep beside them, if any
 * @throws TypeError when a tensor is none, or a text none
 * @throws RangeError when a tensor is called `__metadata__`, or the header is longer than the format allows
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { write } from "@scoretape/autograd/safetensors";
 *
 * const bytes = write({ tensors: { x: tensor([1, 2]) } });
 * console.log(new TextDecoder().decode(bytes.slice(8, 62))); // {"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}
 * ```
 */
export function write(
  content: Pick<Safetensors, "tensors"> & Partial<Pick<Safetensors, "metadata">>,
): Uint8Array<ArrayBuffer> {
  checkOptions("safetensors.write", content, { tensors: "any", metadata: "any" });
  const { tensors, metadata = {} } = content;
  const entries = membersOf(tensors, "tensors").map(([name, x]) => entryOf(name, x));
  entries.sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
  for (const [key, text] of membersOf(metadata, "metadata")) {
    if (typeof text !== "string") {
      throw new TypeError(`safetensors.write: metadata "${key}" is of type ${typeof text}; it is a text`);
    }
  }

  const header: [string, unknown][] = Object.keys(metadata).length > 0 ? [[METADATA, metadata]] : [];
  let end = 0;
  for (const { name, dtype, x, bytes } of entries) {
    const begin = end;
    end += x.size * bytes;
    header.push([name, { dtype, shape: x.shape, data_offsets: [begin, end] }]);
  }
  const json = encodeUtf8(JSON.stringify(Object.fromEntries(header)));
  // Spaces may follow the header.
  const headerLength = Math.ceil(json.length / 8) * 8;
  if (headerLength > LONGEST_HEADER) {
    throw new RangeError(
      `safetensors.write: the header has ${headerLength} bytes, more than the ${LONGEST_HEADER} that the format ` +
        "allows; keep fewer or shorter texts",
    );
  }
  const file = new Uint8Array(PREFIX + headerLength + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.fill(0x20, PREFIX, PREFIX + headerLength);
  file.set(json, PREFIX);
  let at = PREFIX + headerLength;
  for (const { x, bytes } of entries) {
    put(new DataView(file.buffer, at), x);
    at += x.size * bytes;
  }
  return file;
}

/** The members of what should be an object and nothing else. */
function membersOf<T>(members: Readonly<Record<string, T>> | undefined, what: string): [string, T][] {
  if (Object.prototype.toString.call(members) === "[object Object]" && !(members instanceof Tensor)) {
    return Object.entries(members ?? {});
  }
  throw new TypeError(`safetensors.write: ${what} is no object of names; give { name: ... }`);
}

function entryOf(name: string, x: Tensor): { name: string; x: Tensor; dtype: StoredDType; bytes: number } {
  if (!(x instanceof Tensor)) {
    throw new TypeError(`safetensors.write: "${name}" is no tensor; make one with tensor(...)`);
  }
  if (name === METADATA) {
    throw new RangeError(
      `safetensors.write: a tensor of shape ${showShape(x.shape)} is called ${METADATA}, where the format keeps texts; ` +
        "give it another name",
    );
  }
  const dtype = written[x.dtype];
  return { name, x, dtype, bytes: stored[dtype].bytes };
}

/** Elements of four bytes go by their bits, since a NaN may lose some on its way through a number. */
function put(view: DataView, { data }: Tensor): void {
  if (data instanceof Float64Array) {
    for (const [i, value] of data.entries()) view.setFloat64(8 * i, value, true);
  } else {
    const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
    for (const [i, value] of bits.entries()) view.setUint32(4 * i, value, true);
  }
}
