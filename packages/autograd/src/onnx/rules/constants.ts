import { add, mul } from "../../ops/arithmetic.ts";
import { broadcastTo } from "../../ops/broadcast.ts";
import { equal, less, where } from "../../ops/choice.ts";
import { reshape } from "../../ops/layout.ts";
import { not } from "../../ops/logic.ts";
import { type Shape, sizeAt, sizeOf } from "../../shape.ts";
import { Dense, type Tensor } from "../../tensor.ts";
import type { Call, Rules } from "../call.ts";
import { elementType, type Kind } from "../elements.ts";
import { exactTensor } from "../stored.ts";
import { truncated } from "./pointwise.ts";

/** Numbers in double precision. */
function exact(shape: Shape, values: Iterable<number>): Tensor {
  return new Dense(shape, Float64Array.from(values));
}

/** The tensor of a Constant, whichever attribute has it. */
function constant(call: Call): Tensor {
  const stored = call.tensor("value");
  if (stored !== undefined) return exactTensor(stored);
  for (const name of ["value_float", "value_int"]) {
    if (call.node.attributes.has(name)) return exact([], [call.attribute(name, 0)]);
  }
  const list = call.list("value_floats") ?? call.list("value_ints");
  if (list === undefined) throw call.failure("it has no numbers; there are no tensors of texts here");
  return exact([list.length], list);
}

function constantKind(call: Call): Kind {
  const whole = ["value_int", "value_ints"].some((name) => call.node.attributes.has(name));
  return call.tensor("value")?.type.kind ?? (whole ? "int" : "float");
}

function filled(call: Call): Tensor {
  const shape = call.room(call.numbers(0) ?? []);
  const [value = 0] = call.tensor("value")?.values ?? [0];
  return new Dense(shape, new Float64Array(sizeOf(shape)).fill(value));
}

function range(call: Call): Tensor {
  const [start = 0, limit = 0, step = 1] = [call.number(0), call.number(1), call.number(2)];
  const count = Math.max(0, Math.ceil((limit - start) / step));
  call.room([count]);
  return exact(
    [count],
    Array.from({ length: count }, (_, i) => start + i * step),
  );
}

/** The sizes of x, of a range of its axes. */
function sizes(call: Call): Tensor {
  const { shape } = call.x(0);
  const bound = (name: string, otherwise: number): number => {
    const axis = call.attribute(name, otherwise);
    return Math.min(Math.max(axis < 0 ? axis + shape.length : axis, 0), shape.length);
  };
  const part = shape.slice(bound("start", 0), bound("end", shape.length));
  return exact([part.length], part);
}

/** x as elements of another kind: what is cut off is the fraction; the width of numbers is that of all. */
function converted(x: Tensor, from: Kind, to: Kind): Tensor {
  if (to === "bool") return not(equal(x, 0));
  return to === "int" && from === "float" ? truncated(x) : x;
}

/** The kind that an attribute `to` names. */
function target(call: Call): Kind {
  return elementType(call.attribute("to", 0), call.node.name).kind;
}

function oneHot(call: Call): Tensor {
  const [indices, depth = 0] = [call.x(0), call.number(1)];
  const [off = 0, on = 1] = call.numbers(2) ?? [];
  const axis = call.axis(call.attribute("axis", -1), indices.rank + 1);
  const shape = call.room(indices.shape.toSpliced(axis, 0, depth));
  const line = shape.map((_, i) => (i === axis ? depth : 1));
  const places = new Dense(
    line,
    asLike(
      indices,
      Array.from({ length: depth }, (_, i) => i),
    ),
  );
  const at = reshape(indices, indices.shape.toSpliced(axis, 0, 1));
  return where(equal(where(less(at, 0), add(at, depth), at), places), on, off);
}

function asLike(x: Tensor, numbers: readonly number[]): Float32Array | Float64Array {
  return x.dtype === "float32" ? Float32Array.from(numbers) : Float64Array.from(numbers);
}

/** The part of each matrix on and above a diagonal, or on and below it. */
function triangle(call: Call): Tensor {
  const x = call.x(0);
  const [rows, columns] = [sizeAt(x.shape, x.rank - 2), sizeAt(x.shape, x.rank - 1)];
  const [isUpper, k = 0] = [call.attribute("upper", 1) !== 0, call.number(1)];
  const mask = Array.from({ length: rows * columns }, (_, i) => {
    const above = (i % columns) - Math.floor(i / columns) - k;
    return (isUpper ? above >= 0 : above <= 0) ? 1 : 0;
  });
  return where(broadcastTo(new Dense([rows, columns], asLike(x, mask)), x.shape), x, 0);
}

/** x, and where a second result is asked for, that all of it is kept. */
function kept(call: Call): readonly Tensor[] {
  if ((call.number(2) ?? 0) !== 0) {
    throw call.failure(
      "it is in training mode; export the model for inference, in PyTorch after model.eval()",
    );
  }
  const x = call.x(0);
  return [x, not(mul(0, x))];
}

export const constants: Rules = {
  Constant: {
    inputs: [0, 0],
    attributes: {
      value: "tensor",
      value_float: "float",
      value_floats: "floats",
      value_int: "int",
      value_ints: "ints",
    },
    kind: constantKind,
    ofShapes: true,
    apply: constant,
  },
  ConstantOfShape: {
    inputs: [1, 1],
    settings: [0],
    attributes: { value: "tensor" },
    kind: (call) => call.tensor("value")?.type.kind ?? "float",
    ofShapes: true,
    apply: filled,
  },
  Range: {
    inputs: [3, 3],
    settings: [0, 1, 2],
    attributes: { stash_type: "int" },
    ofShapes: true,
    apply: range,
  },
  Shape: {
    inputs: [1, 1],
    attributes: { start: "int", end: "int" },
    kind: "int",
    ofShapes: true,
    apply: sizes,
  },
  Size: { inputs: [1, 1], kind: "int", ofShapes: true, apply: (call) => exact([], [call.x(0).size]) },
  Identity: { inputs: [1, 1], apply: (call) => call.x(0) },
  Cast: {
    inputs: [1, 1],
    attributes: { to: "int", saturate: "int", round_mode: "text" },
    kind: target,
    apply: (call) => converted(call.x(0), call.kind(0), target(call)),
  },
  CastLike: {
    inputs: [2, 2],
    attributes: { saturate: "int", round_mode: "text" },
    kind: (call) => call.kind(1),
    apply: (call) => converted(call.x(0), call.kind(0), call.kind(1)),
  },
  OneHot: {
    inputs: [3, 3],
    settings: [1, 2],
    attributes: { axis: "int" },
    kind: "float",
    apply: oneHot,
  },
  Trilu: { inputs: [1, 2], settings: [1], attributes: { upper: "int" }, apply: triangle },
  Dropout: {
    inputs: [1, 3],
    outputs: 2,
    settings: [1, 2],
    attributes: { seed: "int" },
    apply: kept,
  },
};
