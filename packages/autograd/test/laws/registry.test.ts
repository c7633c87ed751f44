import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { js } from "../../src/backend.ts";
import { allocate, type DType, dtypeOf, type Values } from "../../src/dtype.ts";
import { capture } from "../../src/index.ts";
import { bind } from "../../src/op.ts";
import { sizeOf } from "../../src/shape.ts";
import type { Tensor } from "../../src/tensor.ts";
import { isDraw, opCases, type Subject, subjects } from "../support/cases/index.ts";
import { materialize, type OpCase } from "../support/cases/opCase.ts";
import { expectNear, expectTensorsEqual } from "../support/closeness.ts";
import { definitions, indexed, indicesOf } from "../support/definitions.ts";
import { registry } from "../support/registry.ts";
import { runs } from "../support/runs.ts";

const FLOATS = ["float32", "float64"] as const;
/** Ops that only move data, of whatever dtype. */
const MOVES_ANYTHING = [
  "broadcastTo",
  "cast",
  "concat",
  "reshape",
  "slice",
  "stopGradient",
  "take",
  "takeAlong",
  "transpose",
];

test("every op has a generator, every op but the random ones a definition, and nothing else has", () => {
  expect([...opCases.keys()].sort()).toEqual([...registry.keys()].sort());
  // The values of draws are tested by known answers and statistics.
  const defined = subjects.filter((subject) => !isDraw(subject)).map(({ name }) => name);
  expect([...definitions.keys()].sort()).toEqual(defined.sort());
});

function argumentsOf({ inputs }: OpCase, dtype: "float32" | "float64"): Tensor[] {
  return inputs.map((input) => materialize(input, dtype));
}

/** An array that throws where a typed array would say nothing: at an index outside. */
function guarded(values: Values): Values {
  const check = (key: string | symbol): void => {
    if (typeof key !== "string" || !/^-?\d+$/.test(key)) return;
    if (Number(key) < 0 || Number(key) >= values.length) {
      throw new RangeError(`index ${key} of an array of ${values.length}`);
    }
  };
  return new Proxy(values, {
    get(target, key) {
      check(key);
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
    set(target, key, value) {
      check(key);
      return Reflect.set(target, key, value, target);
    },
  });
}

/** What the kernel leaves in an array that held something else before. */
function runKernel(subject: Subject, parameters: object, inputs: readonly Tensor[], before: number): Values {
  const { op } = subject;
  const shape = op.shape(parameters, ...inputs.map((x) => x.shape));
  const dtype = op.dtype(parameters, ...inputs.map((x) => x.dtype));
  const data = allocate(op.name, dtype, sizeOf(shape)).fill(before);
  const operands = inputs.map((x) => ({ shape: x.shape, dtype: x.dtype, data: guarded(x.data) }));
  // Draws come in blocks, and let typed arrays drop what lies past the end.
  const output = isDraw(subject) ? data : guarded(data);
  op.kernel(js)?.({ shape, dtype, data: output }, parameters, ...operands);
  return data;
}

describe.each(subjects.filter((subject) => !isDraw(subject)))("$name", ({ name, op, cases }) => {
  test("computes its definition", () => {
    const define = definitions.get(name);
    fc.assert(
      fc.property(cases, (application) => {
        const inputs = argumentsOf(application, "float64");
        const result = indexed(bind(op, application.parameters, ...inputs));
        for (const index of indicesOf(result.shape)) {
          const expected = define?.(index, application.parameters, ...inputs.map(indexed)) ?? Number.NaN;
          expectNear(result.at(index), expected, 1e-12 * (1 + Math.abs(expected)), `${name} at [${index}]`);
        }
      }),
      runs(30),
    );
  });
});

describe.each(subjects)("$name", (subject) => {
  const { name, op, cases } = subject;

  test("has a kernel that fills the shape of its shape rule, and neither reads nor writes outside", () => {
    fc.assert(
      fc.property(cases, fc.constantFrom(...FLOATS), (application, dtype) => {
        const inputs = argumentsOf(application, dtype);
        const copies = inputs.map((x) => x.data.slice());
        const eager = bind(op, application.parameters, ...inputs);
        if (op.kernel(js) === null) {
          expect(eager.data).toBe(inputs[0]?.data);
        } else {
          for (const before of [Number.NaN, 77]) {
            expect(runKernel(subject, application.parameters, inputs, before)).toEqual(eager.data);
          }
        }
        expect(eager.data.length).toBe(sizeOf(eager.shape));
        expect(inputs.map((x) => x.data)).toEqual(copies);
      }),
      runs(40),
    );
  });

  test("has under capture the shape and the dtype that it has eagerly, and replays to the same values", () => {
    fc.assert(
      fc.property(cases, fc.constantFrom(...FLOATS), (application, dtype) => {
        const inputs = argumentsOf(application, dtype);
        const eager = bind(op, application.parameters, ...inputs);
        const program = capture((...x: Tensor[]) => bind(op, application.parameters, ...x))(...inputs);
        expect(program.outputs.map((output) => [output.shape, output.dtype])).toEqual([
          [eager.shape, eager.dtype],
        ]);
        const [replayed] = program.replay(inputs);
        if (replayed === undefined) throw new Error("a program of one output");
        expectTensorsEqual(replayed, eager, name);
      }),
      runs(20),
    );
  });

  test("stores its result in the dtype of its dtype rule", () => {
    fc.assert(
      fc.property(cases, fc.constantFrom(...FLOATS), (application, dtype) => {
        const inputs = argumentsOf(application, dtype);
        const result = bind(op, application.parameters, ...inputs);
        expect(result.dtype).toBe(op.dtype(application.parameters, ...inputs.map((x) => x.dtype)));
        expect(dtypeOf(result.data)).toBe(result.dtype);
      }),
      runs(20),
    );
  });

  test("takes no mixed dtypes, and uint32 only to move it", () => {
    fc.assert(
      fc.property(cases, ({ parameters, inputs }) => {
        const floats = inputs.map(({ dtype }): DType => (dtype === "float" ? "float32" : dtype));
        const varying = inputs.flatMap(({ varies }, i) => (varies ? [i] : []));
        const [first, second] = varying;
        if (first === undefined) return;
        const integral = (): DType => op.dtype(parameters, ...floats.with(first, "uint32"));
        if (!MOVES_ANYTHING.includes(name)) expect(integral).toThrow(new RegExp(`^${name}: .*uint32`));
        if (second === undefined) return;
        const mixed = (): DType => op.dtype(parameters, ...floats.with(second, "float64"));
        expect(mixed).toThrow(new RegExp(`^${name}: dtypes differ: .*float32.*float64.*cast`));
      }),
      runs(10),
    );
  });
});
