import { readFileSync } from "node:fs";
import { type NestedArray, type Tensor, tensor } from "@scoretape/autograd";
import { read, type Safetensors, SafetensorsError, write } from "@scoretape/autograd/safetensors";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runs } from "./support/runs.ts";

const anyTensor: fc.Arbitrary<Tensor> = fc
  .tuple(fc.array(fc.nat(4), { maxLength: 3 }), fc.constantFrom("F32", "F64", "U32"), fc.nat())
  .map(([shape, dtype, seed]) => {
    const size = shape.reduce((product, length) => product * length, 1);
    // All bits are possible, those of NaNs too.
    const bits = Uint32Array.from({ length: size }, (_, i) => Math.imul(seed + i, 0x9e3779b1));
    if (dtype === "U32") return tensor(bits, { shape });
    const halves = bits.map((bit) => (bit - 2 ** 31) / 2);
    return tensor(dtype === "F32" ? new Float32Array(bits.buffer) : Float64Array.from(halves), { shape });
  });
const name = fc.string({ unit: "grapheme" }).filter((text) => text !== "__metadata__");
const content: fc.Arbitrary<Safetensors> = fc.record({
  tensors: fc.array(fc.tuple(name, anyTensor), { maxLength: 5 }).map(Object.fromEntries),
  metadata: fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 3 }).map(Object.fromEntries),
});

/** Everything but the order of the names, by its bits. */
const told = ({ tensors, metadata }: Safetensors): unknown => [
  Object.entries(tensors)
    .map(([key, { shape, dtype, data }]) => [
      key,
      shape,
      dtype,
      Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex"),
    ])
    .sort(),
  Object.entries(metadata).sort(),
];

const example = {
  tensors: {
    "layers.0.weight": tensor([[1, -2, 3.5, -0, 1e-40]]),
    mean: tensor(Float64Array.of(Math.PI, -1e300)),
    key: tensor(Uint32Array.of(0xffffffff), { shape: [] }),
  },
  metadata: { note: "ein Müsterchen" },
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

describe("write", () => {
  test("read gives back what was written, bit for bit", () => {
    fc.assert(
      fc.property(content, (whole) => {
        expect(told(read(write(whole)))).toEqual(told(whole));
      }),
      runs(200),
    );
  });

  test("writes the same bytes whatever the order of the names", () => {
    fc.assert(
      fc.property(content, ({ tensors, metadata }) => {
        const turned = Object.fromEntries(Object.entries(tensors).reverse());
        expect(write({ tensors: turned, metadata })).toEqual(write({ tensors, metadata }));
      }),
      runs(100),
    );
  });

  test("a file's bytes follow the published layout", () => {
    const file = write({ tensors: { w: tensor([1, -2]) } });
    const header = `{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`;
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
    expect([...file.subarray(0, 8)]).toEqual([padded.length, 0, 0, 0, 0, 0, 0, 0]);
    expect(new TextDecoder().decode(file.subarray(8, 8 + padded.length))).toBe(padded);
    expect([...file.subarray(8 + padded.length)]).toEqual([0, 0, 128, 63, 0, 0, 0, 192]);
  });

  test("every tensor starts at a multiple of its elements' size", () => {
    const file = write(example);
    const start = 8 + Number(new DataView(file.buffer).getBigUint64(0, true));
    const header: Record<string, { dtype: string; data_offsets: [number, number] }> = JSON.parse(
      new TextDecoder().decode(file.subarray(8, start)),
    );
    for (const [key, { dtype, data_offsets }] of Object.entries(header)) {
      if (key !== "__metadata__") expect((start + data_offsets[0]) % (dtype === "F64" ? 8 : 4)).toBe(0);
    }
  });

  test("refuses what the format cannot hold", () => {
    expect(() => write({ tensors: { __metadata__: tensor([1]) } })).toThrow(
      /^safetensors\.write: a tensor of shape \[1\] is called __metadata__/,
    );
    const text = "x".repeat(100_000_000);
    expect(() => write({ tensors: {}, metadata: { text } })).toThrow(
      /^safetensors\.write: the header has 10000\d+ bytes, more than the 100000000/,
    );
  });

  const hostile: readonly [string, unknown][] = [
    ["nothing", undefined],
    ["null", null],
    ["a number", 1],
    ["no tensors", {}],
    ["tensors that are a list", { tensors: [tensor(1)] }],
    ["tensors that are a map", { tensors: new Map([["w", tensor(1)]]) }],
    ["one tensor", { tensors: tensor(1) }],
    ["a promise of tensors", { tensors: Promise.resolve({ w: tensor(1) }) }],
    ["a number for a tensor", { tensors: { w: 1 } }],
    ["nested tensors", { tensors: { layer: { w: tensor(1) } } }],
    ["a number as text", { tensors: {}, metadata: { step: 1 } }],
    ["metadata that is null", { tensors: {}, metadata: null }],
    ["metadata that is a text", { tensors: {}, metadata: "made today" }],
  ];
  test.each(hostile)("refuses %s by name", (_, argument) => {
    expect(() => Reflect.apply(write, undefined, [argument])).toThrow(/^safetensors\.write: /);
  });
});

describe("read", () => {
  test("takes what the format's own implementation wrote: halves widened, a scalar, no elements, any name", () => {
    const bytes = readFileSync(new URL("fixtures/python.safetensors", import.meta.url));
    const { tensors, metadata } = read(bytes);
    expect(metadata).toEqual({ "made by": "safetensors 0.8.0 for Python", quote: '"\\ \u2028' });
    const values: Record<string, [string, NestedArray]> = {
      "layers.0.weight": [
        "float32",
        [
          [-2.5, -1.5, -0.5],
          [0.5, 1.5, 2.5],
        ],
      ],
      "layers.0.bias": ["float64", [Math.PI, -1e300, 5e-324]],
      key: ["uint32", [1, 0xffffffff]],
      half: [
        "float32",
        [0, -0, 1, -2.5, 65504, 2 ** -24, Math.fround(6.097555160522461e-5), Infinity, -Infinity, NaN],
      ],
      brain: [
        "float32",
        [0, -0, 1, -2.5, Math.fround(3.3895313892515355e38), 9.183549615799121e-41, Infinity, -Infinity, NaN],
      ],
      scalar: ["float32", 7.25],
      nothing: ["float32", []],
      größe: ["float32", [[1.5]]],
    };
    expect(
      Object.fromEntries(Object.entries(tensors).map(([key, x]) => [key, [x.dtype, x.toArray()]])),
    ).toEqual(values);
    expect(tensors.nothing?.shape).toEqual([0, 4]);
  });

  test("every float16 and every bfloat16 has its value", () => {
    const halves = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i);
    const fileWith = (dtype: string): Uint8Array => {
      const file = fileOf(JSON.stringify({ h: entry(0, 2 ** 17, [2 ** 16], dtype) }), 2 ** 17);
      file.set(new Uint8Array(halves.buffer), file.length - 2 ** 17);
      return file;
    };
    const half = (bits: number): number => {
      const [exponent, mantissa] = [(bits >> 10) & 31, bits & 1023];
      const magnitude =
        exponent === 31
          ? mantissa === 0
            ? Number.POSITIVE_INFINITY
            : Number.NaN
          : exponent === 0
            ? mantissa * 2 ** -24
            : (1024 + mantissa) * 2 ** (exponent - 25);
      return bits < 2 ** 15 ? magnitude : -magnitude;
    };
    expect(Array.from(read(fileWith("F16")).tensors.h?.data ?? [])).toEqual(Array.from(halves, half));
    const view = new DataView(new ArrayBuffer(4));
    const brain = (bits: number): number => {
      view.setUint16(0, bits);
      return view.getFloat32(0);
    };
    expect(Array.from(read(fileWith("BF16")).tensors.h?.data ?? [])).toEqual(Array.from(halves, brain));
  });

  test("takes bytes that lie anywhere, and gives copies", () => {
    const file = write(example);
    const shifted = new Uint8Array(file.length + 3);
    shifted.set(file, 3);
    const found = read(shifted.subarray(3));
    shifted.fill(0);
    expect(told(found)).toEqual(told(example));
    expect(told(read(file.buffer))).toEqual(told(example));
  });

  test("a file cut short at any byte, or with bytes added, is refused", () => {
    const file = write(example);
    for (let length = 0; length < file.length; length++) {
      const error = thrown(() => read(file.subarray(0, length)));
      expect(error, `${length} bytes`).toBeInstanceOf(SafetensorsError);
      expect(String(error)).toMatch(/^SafetensorsError: safetensors\.read: .*; the file is damaged/);
    }
    expect(() => read(file.subarray(0, 20))).toThrow(/the header needs \d+ bytes, but the file has 20/);
    expect(() => read(Uint8Array.of(...file, 0))).toThrow(SafetensorsError);
  });

  test("a damaged byte is refused or read, and never crashes", () => {
    const file = write(example);
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = Uint8Array.from(file);
        damaged[at] = (damaged[at] ?? 0) ^ change;
        const error = thrown(() => read(damaged));
        if (error !== undefined) expect(error).toBeInstanceOf(SafetensorsError);
      }),
      runs(2000),
    );
  });

  test.each([
    ["overlapping ranges", { a: entry(0, 8), b: entry(4, 12) }, 12, /"b" overlap/],
    ["a shared range", { a: entry(0, 8), b: entry(0, 8) }, 8, /"b" overlap/],
    ["a gap", { a: entry(0, 4), b: entry(8, 12) }, 12, /bytes 4 to 8, before "b", belong to no tensor/],
    ["a range outside the file", { a: entry(0, 400) }, 4, /tensors have 400 bytes, but 4 follow/],
    ["a backward range", { a: entry(8, 0, [0]) }, 8, /"a" has -8 bytes/],
    ["a shape that does not match", { a: entry(0, 8, [3]) }, 8, /"a" has 8 bytes, but is F32 of shape \[3\]/],
    ["a shape too large to be", { a: entry(0, 8, [2 ** 40, 2 ** 40]) }, 8, /"a" has 8 bytes/],
    ["a negative size", { a: entry(0, 8, [-2, -1]) }, 8, /shape of "a"/],
    ["a fractional size", { a: entry(0, 8, [0.5, 4]) }, 8, /shape of "a"/],
    ["a shape that is none", { a: entry(0, 8, "2") }, 8, /shape of "a"/],
    ["an unknown dtype", { a: entry(0, 8, [1], "I64") }, 8, /"a" has dtype I64, of which .* F64, F32, U32/],
    ["an inherited name as dtype", { a: entry(0, 8, [2], "toString") }, 8, /"a" has dtype toString/],
    ["no dtype", { a: { shape: [], data_offsets: [0, 4] } }, 4, /"a" has no dtype/],
    ["no range", { a: { dtype: "F32", shape: [] } }, 4, /"a" has no range/],
    ["a range of three", { a: { dtype: "F32", shape: [], data_offsets: [0, 4, 4] } }, 4, /"a" has no range/],
    ["an entry that is none", { a: null }, 0, /entry of "a"/],
    ["a number as metadata", { __metadata__: { n: 1 } }, 0, /"n" in __metadata__ is not a text/],
    ["metadata that are a list", { __metadata__: [] }, 0, /__metadata__ is not an object/],
    ["a list as header", [], 0, /header does not begin with \{/],
  ])("%s is refused", (_, header, bytes, message) => {
    const error = thrown(() => read(fileOf(JSON.stringify(header), bytes)));
    expect(error).toBeInstanceOf(SafetensorsError);
    expect(String(error)).toMatch(message);
    expect(String(error)).toMatch(/^SafetensorsError: safetensors\.read: /);
  });

  const a = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}';
  test.each([
    ["a name twice", `{"a":${a},"a":${a}}`, 4, /the header has "a" twice/],
    ["a name twice, written otherwise", `{"a":${a},"\\u0061":${a}}`, 4, /the header has "a" twice/],
    ["a text twice", `{"__metadata__":{"k\\"":"1","k\\"":"2"},"a":${a}}`, 4, /the header has "k"" twice/],
    [
      "a shape twice",
      `{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}`,
      4,
      /"shape" twice/,
    ],
    ["a space in front", ` {"a":${a}}`, 4, /does not begin with/],
    ["a byte order mark", `\uFEFF{"a":${a}}`, 4, /does not begin with/],
    ["no JSON", `{"a":${a}`, 4, /not JSON/],
    ["deep nesting", `{"a":${'{"a":'.repeat(200_000)}1${"}".repeat(200_001)}`, 4, /shape of "a"/],
    [
      "deep nesting in place of a dtype",
      `{"a":{"dtype":${"[".repeat(200_000)}${"]".repeat(200_000)},"shape":[1],"data_offsets":[0,4]}}`,
      4,
      /"a" has no dtype/,
    ],
    [
      "deep nesting in place of a text",
      `{"__metadata__":{"k":${"[".repeat(200_000)}${"]".repeat(200_000)}}}`,
      0,
      /"k" in/,
    ],
  ])("%s is refused", (_, header, bytes, message) => {
    const error = thrown(() => read(fileOf(header, bytes)));
    expect(error).toBeInstanceOf(SafetensorsError);
    expect(String(error)).toMatch(message);
  });

  test("the same name in different objects, and colons, braces and quotes in texts, are no repetition", () => {
    const metadata = { a: '{"a":1,"a":2}', "a:": "\\", dtype: '\\"' };
    expect(read(write({ tensors: { a: tensor(1), b: tensor(2) }, metadata })).metadata).toEqual(metadata);
  });

  test("what is not UTF-8, and an absurd header length, are refused before anything is read", () => {
    const file = fileOf("{}  ", 0);
    file[10] = 0xff;
    expect(() => read(file)).toThrow(/not UTF-8/);
    expect(() => read(new Uint8Array(16).fill(0xff))).toThrow(/header would be 18446744073709551615 bytes/);
  });

  test.each([
    ["nothing", undefined],
    ["null", null],
    ["a text", "model.safetensors"],
    ["numbers", [1, 2, 3]],
    ["other typed arrays", new Float32Array(8)],
    ["a promise", Promise.resolve(new Uint8Array(8))],
  ])("refuses %s by name", (_, argument) => {
    const error = thrown(() => Reflect.apply(read, undefined, [argument]));
    expect(String(error)).toMatch(/^TypeError: safetensors\.read: bytes /);
  });
});

/** What a function throws, if it does. */
function thrown(f: () => unknown): unknown {
  try {
    f();
    return undefined;
  } catch (error) {
    return error;
  }
}
