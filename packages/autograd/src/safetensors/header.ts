import { type Shape, showShape, sizeOf } from "../shape.ts";
import { LONGEST_HEADER, METADATA, PREFIX, SafetensorsError, type StoredDType, stored } from "./format.ts";
import { decodeUtf8 } from "./utf8.ts";

/** What a header says of one tensor; its bytes are counted from the header's end. */
export interface Entry {
  readonly name: string;
  readonly dtype: StoredDType;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

/** What a header says. */
export interface Header {
  readonly entries: readonly Entry[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Where the tensors' bytes begin in the file. */
  readonly start: number;
}

/** Reads a file's header, and sees that what it says of the rest can be. @throws SafetensorsError unless it can */
export function readHeader(file: Uint8Array): Header {
  const start = headerEnd(file);
  const { [METADATA]: texts = {}, ...rest } = parse(file.slice(PREFIX, start));
  const entries = Object.entries(rest).map(([name, value]) => entryOf(name, value));
  checkRanges(entries, file.length - start);
  return { entries, metadata: textsOf(texts), start };
}

export function fail(what: string): never {
  throw new SafetensorsError(
    `safetensors.read: ${what}; the file is damaged or no safetensors file, get or write it anew`,
  );
}

function headerEnd(file: Uint8Array): number {
  if (file.length < PREFIX) {
    fail(`the file has ${file.length} bytes, fewer than the ${PREFIX} that give the header's length`);
  }
  const length = new DataView(file.buffer, file.byteOffset).getBigUint64(0, true);
  if (length > BigInt(LONGEST_HEADER)) {
    fail(`the header would be ${length} bytes long, more than the ${LONGEST_HEADER} that there may be`);
  }
  const end = PREFIX + Number(length);
  if (end > file.length) fail(`the header needs ${end} bytes, but the file has ${file.length}`);
  return end;
}

function parse(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  if (bytes[0] !== "{".charCodeAt(0)) fail("the header does not begin with {");
  const text = attempt(() => decodeUtf8(bytes), "is not UTF-8");
  const header = attempt((): unknown => JSON.parse(text), "is not JSON");
  const repeated = repeatedKey(text);
  if (repeated !== undefined) fail(`the header has "${repeated}" twice`);
  return isObject(header) ? header : fail("the header is not a JSON object");
}

function attempt<T>(read: () => T, otherwise: string): T {
  try {
    return read();
  } catch {
    return fail(`the header ${otherwise}`);
  }
}

/** A key that an object of a JSON text has twice, which `JSON.parse` lets pass. */
function repeatedKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  let text = "";
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === '"') {
      const begin = at++;
      while (json[at] !== '"') at += json[at] === "\\" ? 2 : 1;
      text = json.slice(begin, at + 1);
    } else if (character === "{") {
      open.push(new Set());
    } else if (character === "}") {
      open.pop();
    } else if (character === ":") {
      const key: string = JSON.parse(text);
      if (open.at(-1)?.has(key)) return key;
      open.at(-1)?.add(key);
    }
  }
  return undefined;
}

function textsOf(value: unknown): Record<string, string> {
  if (!isObject(value)) return fail(`${METADATA} is not an object`);
  return Object.fromEntries(
    Object.entries(value).map(([key, text]) => [
      key,
      typeof text === "string" ? text : fail(`"${key}" in ${METADATA} is not a text`),
    ]),
  );
}

function entryOf(name: string, value: unknown): Entry {
  if (!isObject(value)) return fail(`the entry of "${name}" is not an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isSizes(shape)) return fail(`the shape of "${name}" is not a list of sizes`);
  if (!isSizes(offsets)) return fail(`"${name}" has no range of bytes`);
  const [begin = 0, end = 0, ...more] = offsets;
  if (offsets.length < 2 || more.length > 0) return fail(`"${name}" has no range of bytes`);
  if (typeof dtype !== "string") return fail(`"${name}" has no dtype`);
  if (!isStored(dtype)) {
    throw new SafetensorsError(
      `safetensors.read: "${name}" has dtype ${dtype.slice(0, 20)}, of which there is no tensor here; ` +
        `convert it to one of ${Object.keys(stored).join(", ")}`,
    );
  }
  if (end - begin !== sizeOf(shape) * stored[dtype].bytes) {
    fail(`"${name}" has ${end - begin} bytes, but is ${dtype} of shape ${showShape(shape)}`);
  }
  return { name, dtype, shape, begin, end };
}

/** Ranges in order of their begin follow each other from the first byte to the last. */
function checkRanges(entries: readonly Entry[], bytes: number): void {
  let expected = 0;
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < expected) fail(`the bytes of "${name}" overlap those of another tensor`);
    if (begin > expected) fail(`bytes ${expected} to ${begin}, before "${name}", belong to no tensor`);
    expected = end;
  }
  if (expected !== bytes) fail(`the tensors have ${expected} bytes, but ${bytes} follow the header`);
}

function isStored(dtype: string): dtype is StoredDType {
  return Object.hasOwn(stored, dtype);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
