import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { type Tensor, tensor } from "@scoretape/autograd";
import { type Safetensors, write } from "@scoretape/autograd/safetensors";

// A library's SHA-256 in plain JavaScript: that of browsers answers later, and not on every page.

const PLACE = '"checksum":"';
const DIGITS = 64;

/** Bytes of a file whose texts have a checksum: the SHA-256 of the file itself with zeros for the checksum's digits. */
export function sealed({ tensors, metadata }: Safetensors): Uint8Array<ArrayBuffer> {
  const file = write({ tensors, metadata: { ...metadata, checksum: "0".repeat(DIGITS) } });
  file.set(utf8ToBytes(bytesToHex(sha256(file))), checksumAt(file));
  return file;
}

/** Whether a file's checksum is there and is right. */
export function isWhole(file: Uint8Array): boolean {
  const at = checksumAt(file);
  if (at < 0) return false;
  const blank = Uint8Array.from(file);
  blank.fill("0".charCodeAt(0), at, at + DIGITS);
  return bytesToHex(sha256(blank)) === String.fromCharCode(...file.subarray(at, at + DIGITS));
}

/** Where the checksum's digits begin; −1 where there are none. In other texts of the header the quotes have backslashes before them. */
function checksumAt(file: Uint8Array): number {
  const wanted = utf8ToBytes(PLACE);
  const first = wanted[0] ?? 0;
  for (let at = file.indexOf(first); at >= 0; at = file.indexOf(first, at + 1)) {
    if (wanted.every((byte, i) => byte === file[at + i])) return at + wanted.length;
  }
  return -1;
}

/**
 * What tells rows from others: the SHA-256 of the columns' names, as JSON, and the values in float64, little-endian.
 *
 * @param values [n, d]
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { fingerprint } from "@scoretape/score/model";
 *
 * console.log(fingerprint({ columns: ["x"], values: tensor([[1], [2]]) }).slice(0, 8)); // b1e699e4
 * ```
 */
export function fingerprint({
  columns,
  values,
}: {
  readonly columns: readonly string[];
  readonly values: Tensor;
}): string {
  return digest([JSON.stringify(columns), tensor(Float64Array.from(values.data))]);
}

/** The SHA-256 of texts, in UTF-8, and of the elements of tensors, one after another. */
export function digest(parts: Iterable<string | Tensor>): string {
  const hash = sha256.create();
  for (const part of parts) {
    if (typeof part === "string") hash.update(utf8ToBytes(part));
    else hash.update(new Uint8Array(part.data.buffer, part.data.byteOffset, part.data.byteLength));
  }
  return bytesToHex(hash.digest());
}
