import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeSafetensors,
  encodeSafetensors,
  type Safetensors,
  type StoredArray,
} from "../src/files/safetensors.ts";
import { UserError } from "../src/terminal/user-error.ts";
import { runs } from "./runs.ts";

const array: fc.Arbitrary<StoredArray> = fc
  .tuple(fc.array(fc.nat(4), { maxLength: 3 }), fc.constantFrom("F32", "F64", "U32"), fc.nat())
  .map(([shape, dtype, seed]) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const bits = Array.from({ length: size }, (_, i) => Math.imul(seed + i, 0x9e3779b1) >>> 0);
    if (dtype === "U32") return { shape, data: Uint32Array.from(bits) };
    const numbers = bits.map((bit) => (bit - 2 ** 31) * 10 ** ((bit % 60) - 30));
    return { shape, data: dtype === "F32" ? Float32Array.from(numbers) : Float64Array.from(numbers) };
  });
const name = fc.string({ unit: "grapheme" }).filter((text) => text !== "__metadata__");
const content: fc.Arbitrary<Safetensors> = fc.record({
  arrays: fc.array(fc.tuple(name, array), { maxLength: 5 }).map((entries) => new Map(entries)),
  metadata: fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 3 }).map((entries) => new Map(entries)),
});

const sorted = ({ arrays, metadata }: Safetensors): unknown => [
  [...arrays].sort(([a], [b]) => (a < b ? -1 : 1)),
  [...metadata].sort(([a], [b]) => (a < b ? -1 : 1)),
];

const example: Safetensors = {
  arrays: new Map<string, StoredArray>([
    ["layers.0.weight", { shape: [1, 5], data: Float32Array.of(1, -2, 3.5, -0, 1e-40) }],
    ["mean", { shape: [2], data: Float64Array.of(Math.PI, -1e300) }],
    ["key", { shape: [], data: Uint32Array.of(0xffffffff) }],
  ]),
  metadata: new Map([["note", "ein Müsterchen"]]),
};

/** A file with the given header text, followed by `bytes` zeros. */
function fileOf(header: string, bytes: number): Uint8Array {
  const text = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + text.length + bytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  return file;
}

const entry = (
  begin: number,
  end: number,
  shape: unknown = [(end - begin) / 4],
  dtype: unknown = "F32",
): unknown => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

describe("safetensors", () => {
  test("decoding gives back what was encoded", () => {
    fc.assert(
      fc.property(content, (whole) => {
        expect(sorted(decodeSafetensors(encodeSafetensors(whole), "file"))).toEqual(sorted(whole));
      }),
      runs(200),
    );
  });

  test("a file's bytes follow the published layout", () => {
    const file = encodeSafetensors({
      arrays: new Map([["w", { shape: [2], data: Float32Array.of(1, -2) }]]),
      metadata: new Map(),
    });
    const header = `{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`;
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
    expect([...file.subarray(0, 8)]).toEqual([padded.length, 0, 0, 0, 0, 0, 0, 0]);
    expect(new TextDecoder().decode(file.subarray(8, 8 + padded.length))).toBe(padded);
    expect([...file.subarray(8 + padded.length)]).toEqual([0, 0, 128, 63, 0, 0, 0, 192]);
  });

  test("every array starts at a multiple of its item size", () => {
    const file = encodeSafetensors(example);
    const start = 8 + Number(new DataView(file.buffer).getBigUint64(0, true));
    const header: Record<string, { dtype: string; data_offsets: [number, number] }> = JSON.parse(
      new TextDecoder().decode(file.subarray(8, start)),
    );
    for (const [key, { dtype, data_offsets }] of Object.entries(header)) {
      if (key !== "__metadata__") expect((start + data_offsets[0]) % (dtype === "F64" ? 8 : 4)).toBe(0);
    }
  });

  test("a file cut short at any byte, or with bytes added, is refused by name", () => {
    const file = encodeSafetensors(example);
    for (let length = 0; length < file.length; length++) {
      expect(
        () => decodeSafetensors(file.subarray(0, length), "model.safetensors"),
        `${length} bytes`,
      ).toThrow(/^model\.safetensors is not a whole safetensors file: .*write it anew$/);
    }
    expect(() => decodeSafetensors(file.subarray(0, 20), "model")).toThrow(
      /its header needs \d+ bytes, but the file has 20/,
    );
    expect(() => decodeSafetensors(Uint8Array.of(...file, 0), "model")).toThrow(UserError);
  });

  test("a damaged byte is refused or read, and never crashes", () => {
    const file = encodeSafetensors(example);
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = Uint8Array.from(file);
        damaged[at] = (damaged[at] ?? 0) ^ change;
        try {
          decodeSafetensors(damaged, "model");
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
      runs(2000),
    );
  });

  test.each([
    ["overlapping ranges", { a: entry(0, 8), b: entry(4, 12) }, 12, /"b" overlap/],
    ["a shared range", { a: entry(0, 8), b: entry(0, 8) }, 8, /"b" overlap/],
    ["a gap", { a: entry(0, 4), b: entry(8, 12) }, 12, /bytes 4 to 8 before "b" belong to no array/],
    ["a range outside the file", { a: entry(0, 400) }, 4, /arrays need 400 bytes, but 4 follow/],
    ["a backward range", { a: entry(8, 0, [0]) }, 8, /"a" has -8 bytes/],
    ["a shape that does not match", { a: entry(0, 8, [3]) }, 8, /"a" has 8 bytes, but F32 of shape \[3\]/],
    ["a shape too large to be", { a: entry(0, 8, [2 ** 40, 2 ** 40]) }, 8, /"a" has 8 bytes/],
    ["a negative size", { a: entry(0, 8, [-2, -1]) }, 8, /shape of "a"/],
    ["a fractional size", { a: entry(0, 8, [0.5, 4]) }, 8, /shape of "a"/],
    ["an unknown dtype", { a: entry(0, 8, [4], "BF16") }, 8, /"BF16", not F32, F64 or U32/],
    ["an inherited name as dtype", { a: entry(0, 8, [2], "toString") }, 8, /"toString", not F32/],
    ["no range", { a: { dtype: "F32", shape: [] } }, 4, /"a" does not give its range/],
    ["a number as metadata", { __metadata__: { n: 1 } }, 0, /"n" is not a string/],
    ["a list as header", [], 0, /header is not a JSON object/],
  ])("%s is refused", (_, header, bytes, message) => {
    expect(() => decodeSafetensors(fileOf(JSON.stringify(header), bytes), "model")).toThrow(message);
  });

  test("an absurd header length is refused before anything is read", () => {
    const file = new Uint8Array(16).fill(0xff);
    expect(() => decodeSafetensors(file, "model")).toThrow(/header would be 18446744073709551615 bytes/);
  });

  test("what cannot be stored is refused", () => {
    const store = (key: string, shape: number[]) => () =>
      encodeSafetensors({
        arrays: new Map([[key, { shape, data: Float32Array.of(1) }]]),
        metadata: new Map(),
      });
    expect(store("__metadata__", [1])).toThrow(/cannot be named/);
    expect(store("w", [2])).toThrow(/"w" has shape \[2\] but 1 values/);
  });
});
