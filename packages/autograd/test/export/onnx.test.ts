import { describe, expect, test } from "vitest";
import { Message } from "../../src/export/onnx/protobuf.ts";
import { onnx } from "../../src/export.ts";
import { linalg, matmul, mul, random, type Tensor, tensor, zeros } from "../../src/index.ts";

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

  test("is refused where it could not be read", () => {
    expect(() => onnx(layer, [w, zeros([2, 1])], { constants: [2] })).toThrow(
      new RangeError("onnx: constants names argument 2; there are 2, numbered from 0"),
    );
    expect(() => onnx(layer, [w, zeros([2, 1])], { inputs: ["w", "x"], outputs: ["x"] })).toThrow(
      new RangeError(
        'onnx: an input and a result are both called "x"; name the results otherwise, by outputs',
      ),
    );
    expect(() => onnx((a: Tensor) => linalg.inverse(a), [zeros([2, 2])])).toThrow(
      /^onnx: solve cannot be exported, in the line ".* = solve.*" of the program; compute what it gives before/,
    );
  });
});
