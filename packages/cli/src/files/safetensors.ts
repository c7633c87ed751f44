import { UserError } from "../terminal/user-error.ts";

/** An array as it is stored: float32, float64 or uint32 by the type of its data. */
export interface StoredArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Uint32Array;
}

export interface Safetensors {
  readonly arrays: ReadonlyMap<string, StoredArray>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** The format's own limit, which keeps a damaged length from asking for all the memory. */
const LONGEST_HEADER = 100_000_000;
const METADATA = "__metadata__";

/** How each type of array is written, number by number, in little-endian order. */
const codecs = {
  F64: {
    bytes: 8,
    create: (length: number) => new Float64Array(length),
    get: (view: DataView, at: number) => view.getFloat64(at, true),
    set: (view: DataView, at: number, value: number) => view.setFloat64(at, value, true),
  },
  F32: {
    bytes: 4,
    create: (length: number) => new Float32Array(length),
    get: (view: DataView, at: number) => view.getFloat32(at, true),
    set: (view: DataView, at: number, value: number) => view.setFloat32(at, value, true),
  },
  U32: {
    bytes: 4,
    create: (length: number) => new Uint32Array(length),
    get: (view: DataView, at: number) => view.getUint32(at, true),
    set: (view: DataView, at: number, value: number) => view.setUint32(at, value, true),
  },
} as const;

type Dtype = keyof typeof codecs;

/**
 * Encodes named arrays in the safetensors format: the header's length (8 bytes, little-endian), the header
 * (JSON: for each name dtype, shape and the range of its bytes; strings under `__metadata__`), then the arrays'
 * bytes, without gaps. float64 arrays come first, so that every array starts at a multiple of its item size.
 *
 * @throws RangeError if a shape does not match its data, or a name is `__metadata__`.
 */
export function encodeSafetensors({ arrays, metadata }: Safetensors): Uint8Array {
  const entries = [...arrays].map(([name, array]) => ({ name, array, dtype: dtypeOf(array) }));
  entries.sort((a, b) => codecs[b.dtype].bytes - codecs[a.dtype].bytes);
  const header: [string, unknown][] = metadata.size > 0 ? [[METADATA, Object.fromEntries(metadata)]] : [];
  let end = 0;
  for (const { name, array, dtype } of entries) {
    const { shape, data } = array;
    if (name === METADATA) throw new RangeError(`encodeSafetensors: an array cannot be named ${METADATA}`);
    if (sizeOf(shape) !== data.length) {
      throw new RangeError(
        `encodeSafetensors: "${name}" has shape [${shape.join(", ")}] but ${data.length} values`,
      );
    }
    const start = end;
    end += data.length * codecs[dtype].bytes;
    header.push([name, { dtype, shape, data_offsets: [start, end] }]);
  }

  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  // Spaces are allowed after the header; they align the arrays to 8 bytes.
  const headerLength = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + headerLength + end);
  const view = new DataView(file.buffer);
  view.setBigUint64(0, BigInt(headerLength), true);
  file.set(json, 8);
  file.fill(0x20, 8 + json.length, 8 + headerLength);
  let at = 8 + headerLength;
  for (const { array, dtype } of entries) {
    const { bytes, set } = codecs[dtype];
    for (const value of array.data) {
      set(view, at, value);
      at += bytes;
    }
  }
  return file;
}

/**
 * Decodes a safetensors file; `source` names it in errors. The arrays are copies.
 *
 * @throws UserError if the bytes are cut short, hold anything but F32, F64 and U32 arrays, or contradict
 *   themselves: a header that is not JSON, byte ranges that overlap, leave gaps, do not match a shape, or end
 *   elsewhere than the file does.
 */
export function decodeSafetensors(file: Uint8Array, source: string): Safetensors {
  const fail = (what: string): never => {
    throw new UserError(`${source} is not a whole safetensors file: ${what}; it is damaged, write it anew`);
  };
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 8)
    return fail(`it has ${file.length} bytes, fewer than the 8 that give the header's length`);
  const declared = view.getBigUint64(0, true);
  if (declared > BigInt(LONGEST_HEADER)) return fail(`its header would be ${declared} bytes long`);
  const start = 8 + Number(declared);
  if (start > file.length) return fail(`its header needs ${start} bytes, but the file has ${file.length}`);

  const header = parseHeader(file.subarray(8, start)) ?? fail("its header is not a JSON object");
  const metadata = new Map<string, string>();
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === METADATA) {
      if (!isObject(value)) return fail(`its ${METADATA} is not an object`);
      for (const [key, text] of Object.entries(value)) {
        if (typeof text !== "string") return fail(`its ${METADATA} "${key}" is not a string`);
        metadata.set(key, text);
      }
    } else {
      entries.push(parseEntry(name, value, fail));
    }
  }

  // Ranges in order of their start must follow each other from the first byte to the last.
  let expected = 0;
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < expected) return fail(`the bytes of "${name}" overlap those of another array`);
    if (begin > expected) return fail(`bytes ${expected} to ${begin} before "${name}" belong to no array`);
    expected = end;
  }
  if (expected !== file.length - start) {
    return fail(`its arrays need ${expected} bytes, but ${file.length - start} follow the header`);
  }

  const arrays = new Map(entries.map((entry) => [entry.name, read(view, start, entry)]));
  return { arrays, metadata };
}

interface Entry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const header: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return isObject(header) ? header : undefined;
  } catch {
    return undefined;
  }
}

function parseEntry(name: string, value: unknown, fail: (what: string) => never): Entry {
  if (!isObject(value)) return fail(`the entry "${name}" is not an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isDtype(dtype)) return fail(`"${name}" has dtype ${JSON.stringify(dtype)}, not F32, F64 or U32`);
  if (!isCounts(shape)) return fail(`the shape of "${name}" is not a list of sizes`);
  if (!isCounts(offsets) || offsets.length !== 2) return fail(`"${name}" does not give its range of bytes`);
  const [begin, end] = [offsets[0] as number, offsets[1] as number];
  if (end - begin !== sizeOf(shape) * codecs[dtype].bytes) {
    return fail(`"${name}" has ${end - begin} bytes, but ${dtype} of shape [${shape.join(", ")}]`);
  }
  return { name, dtype, shape, begin, end };
}

function read(view: DataView, start: number, { dtype, shape, begin, end }: Entry): StoredArray {
  const { bytes, create, get } = codecs[dtype];
  const data = create((end - begin) / bytes);
  for (let i = 0; i < data.length; i++) data[i] = get(view, start + begin + i * bytes);
  return { shape, data };
}

function dtypeOf({ data }: StoredArray): Dtype {
  if (data instanceof Float32Array) return "F32";
  return data instanceof Float64Array ? "F64" : "U32";
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}

function isDtype(value: unknown): value is Dtype {
  return typeof value === "string" && Object.hasOwn(codecs, value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
