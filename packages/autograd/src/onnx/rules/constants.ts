import { type Shape, sizeOf } from "../../shape.ts";
import { Dense, type Tensor } from "../../tensor.ts";
import type { Call, Rules } from "../call.ts";
import type { Kind } from "../elements.ts";
import { exactTensor } from "../stored.ts";

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

/** What follows from the model and from shapes alone. */
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
};
