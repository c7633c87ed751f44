import { describe, expect, test } from "vitest";
import { Message } from "../../src/export/onnx/protobuf.ts";
import { onnx } from "../../src/export.ts";
import {
  add,
  arange,
  cumsum,
  linalg,
  matmul,
  mean,
  mul,
  pad,
  random,
  reshape,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "../../src/index.ts";

test("whole numbers, texts and messages are written as protobuf says", () => {
  const bytes = new Message()
    .int(1, 150)
    .text(2, "é")
    .message(3, (m) => m.int(1, -1))
    .finish();
  // From the description of the wire format: 150 is 96 01, and −1 takes ten bytes.
  const minusOne = [...Array<number>(9).fill(0xff), 0x01];
  expect([...bytes]).toEqual([0x08, 0x96, 0x01, 0x12, 2, 0xc3, 0xa9, 0x1a, 11, 0x08, ...minusOne]);
});

describe("a model", () => {
  const layer = (w: Tensor, x: Tensor): Tensor => matmul(x, w);
  const w = tensor([[1, 2, 3]]);

  test("has the same bytes for the same function, and other ones for other constants alone", () => {
    const bytes = (weight: Tensor, x: Tensor, constants: number[]) =>
      onnx(layer, [weight, x], { constants }).bytes;
    const other = mul(2, w);
    expect(bytes(w, zeros([2, 1]), [0])).toEqual(bytes(w, random.normal(random.key(0), [2, 1]), [0]));
    expect(bytes(w, zeros([2, 1]), [0])).not.toEqual(bytes(other, zeros([2, 1]), [0]));
    expect(bytes(w, zeros([2, 1]), [])).toEqual(bytes(other, zeros([2, 1]), []));
  });

  test("has inputs for the arguments that are not kept in it", () => {
    const options = { inputs: ["weight", "x"], outputs: ["y"] };
    const x = { name: "x", shape: [2, 1], dtype: "float32" };
    const y = { name: "y", shape: [2, 3], dtype: "float32" };
    const weight = { name: "weight", shape: [1, 3], dtype: "float32" };
    expect(onnx(layer, [w, zeros([2, 1])], options).signature).toEqual({ inputs: [weight, x], outputs: [y] });
    expect(onnx(layer, [w, zeros([2, 1])], { ...options, constants: [0] }).signature).toEqual({
      inputs: [x],
      outputs: [y],
    });
  });

  test("ends with its metadata, texts by name", () => {
    const [bare, told] = [{}, { columns: "é", b: "" }].map(
      (metadata) => onnx(layer, [w, zeros([2, 1])], { metadata }).bytes,
    );
    // Field 14, messages of two texts.
    const entries = new Message()
      .message(14, (m) => m.text(1, "columns").text(2, "é"))
      .message(14, (m) => m.text(1, "b").text(2, ""))
      .finish();
    expect([...(told ?? [])]).toEqual([...(bare ?? []), ...entries]);
    for (const metadata of [null, [], "a", { a: 1 }]) {
      expect(() => Reflect.apply(onnx, undefined, [layer, [w, w], { metadata }])).toThrow(/^onnx: metadata/);
    }
  });

  test("is refused where it could not be read", () => {
    expect(() => onnx((x: Tensor) => (x.rank > 5 ? [x] : []), [zeros([2])])).toThrow(
      /^onnx: the function has no results, /,
    );
    expect(() => onnx(layer, [w, zeros([2, 1])], { constants: [2] })).toThrow(
      new RangeError("onnx: constants names argument 2; there are 2, numbered from 0"),
    );
    expect(() => onnx(layer, [w, zeros([2, 1])], { inputs: ["w", "x"], outputs: ["x"] })).toThrow(
      new RangeError(
        'onnx: an input and a result are both called "x"; name the results otherwise, by outputs',
      ),
    );
    expect(() => onnx((a: Tensor) => linalg.eigh(a)[0], [zeros([2, 2])])).toThrow(
      /^onnx: eigh cannot be exported, in the line ".* = eigh.*" of the program; compute what it gives before/,
    );
  });
});

describe("a model whose batch is open", () => {
  const x = zeros([3, 2]);

  test("says so in its signature", () => {
    const f = (y: Tensor): Tensor[] => [
      y,
      reshape(y, [-1]),
      pad(y, [
        [1, 0],
        [0, 0],
      ]),
      sum(y),
    ];
    const { inputs, outputs } = onnx(f, [x], { batch: [0] }).signature;
    expect(inputs.map(({ shape }) => shape)).toEqual([["batch", 2]]);
    expect(outputs.map(({ shape }) => shape)).toEqual([["batch", 2], ["2*batch"], ["batch+1", 2], []]);
  });

  test("has the same bytes whatever the batch of the examples", () => {
    const bytes = [1, 2, 30].map(
      (size) => onnx((y: Tensor) => mul(y, 2), [zeros([size, 2])], { batch: [0] }).bytes,
    );
    expect(bytes[1]).toEqual(bytes[0]);
    expect(bytes[2]).toEqual(bytes[0]);
  });

  test("is refused where more than shapes depends on the batch", () => {
    const functions: ((y: Tensor) => Tensor)[] = [
      (y) => mean(y),
      (y) => cumsum(y, { axis: 0 }),
      (y) => add(y, random.normal(random.key(0), y.shape)),
      (y) => add(y, reshape(arange(0, y.shape[0] ?? 0), [-1, 1])),
      // The same as long as a batch is small.
      (y) =>
        pad(y, [
          [0, Math.min(y.shape[0] ?? 0, 2000)],
          [0, 0],
        ]),
    ];
    for (const f of functions) {
      expect(() => onnx(f, [x], { batch: [0] })).toThrow(
        /^onnx: what the function computes depends on the size of its batch beyond shapes, at \w+: a mean/,
      );
    }
  });

  test("is refused for arguments that are no batch, or kept, or of other sizes", () => {
    const f = (y: Tensor, z: Tensor): Tensor => add(sum(y), sum(z));
    expect(() => onnx(f, [x, zeros([])], { batch: [0, 1] })).toThrow(
      /onnx: batch names argument 1, of shape \[\]/,
    );
    expect(() => onnx(f, [x, zeros([4])], { batch: [0, 1] })).toThrow(
      /onnx: batch names argument 1, of shape \[4\]/,
    );
    expect(() => onnx(f, [x, x], { batch: [2] })).toThrow(
      new RangeError("onnx: batch names argument 2; there are 2, numbered from 0"),
    );
    expect(() => onnx(f, [x, x], { batch: [1], constants: [1] })).toThrow(
      new RangeError("onnx: argument 1 is among constants and in batch; it is one of them"),
    );
  });
});
