import fc from "fast-check";
import { describe, test } from "vitest";
import { add, compile, grad, js, sum, type Tensor, tensor, wasm } from "../../src/index.ts";
import { bind } from "../../src/op.ts";
import { directions } from "../support/arbitrary.ts";
import { subjects } from "../support/cases/index.ts";
import { materialize } from "../support/cases/opCase.ts";
import { expectTensorsEqual, expectTensorsNear } from "../support/closeness.ts";
import { compositions } from "../support/compositions.ts";
import { scaleOf } from "../support/distance.ts";
import { problemOf } from "../support/problem.ts";
import { runs } from "../support/runs.ts";
import { targets } from "../wasm/sandbox.ts";

/** With relaxed SIMD too where there is any. */
const backends = targets.map(({ relaxed }) => wasm({ relaxed }));

/** Rounding errors of float32 for values of this size, with room for functions of 5 ulp and other orders of sums. */
const rounding = (...tensors: readonly Tensor[]): number => 4e-6 * scaleOf(...tensors);

describe.each(subjects)("compiled $name", ({ name, op, cases }) => {
  test("gives on the reference kernels the bits of the eager op, in both floating dtypes", () => {
    fc.assert(
      fc.property(cases, fc.constantFrom("float32", "float64"), (application, dtype) => {
        const inputs = application.inputs.map((input) => materialize(input, dtype));
        const f = (...x: Tensor[]): Tensor => bind(op, application.parameters, ...x);
        expectTensorsEqual(compile(f, { backend: js })(...inputs), f(...inputs), name);
      }),
      runs(15),
    );
  });

  test("gives in WebAssembly the values of the eager op", () => {
    fc.assert(
      fc.property(cases, fc.constantFrom(...backends), (application, backend) => {
        const inputs = application.inputs.map((input) => materialize(input, "float32"));
        const f = (...x: Tensor[]): Tensor => bind(op, application.parameters, ...x);
        const eager = f(...inputs);
        expectTensorsNear(compile(f, { backend })(...inputs), eager, rounding(eager, ...inputs), name);
      }),
      runs(15),
    );
  });
});

describe("a compiled random composition of ops", () => {
  const any = compositions("float32", { smooth: false, length: 12 });
  const switches = fc.record({
    deadCode: fc.boolean(),
    constants: fc.boolean(),
    algebra: fc.boolean(),
    commonSubexpressions: fc.boolean(),
    fusion: fc.boolean(),
    memoryReuse: fc.boolean(),
  });

  test("gives on the reference kernels the bits of the eager one, with and without each pass, also when run again", () => {
    fc.assert(
      fc.property(any, directions, switches, ({ f, x }, supply, passes) => {
        const compiled = compile((...y: Tensor[]) => f(y), { backend: js, passes });
        for (const point of [x, problemOf(f, x, supply).tangent(), x]) {
          const eager = f(point);
          compiled(...point).forEach((actual, i) => {
            expectTensorsEqual(actual, eager[i] ?? actual, `output ${i}`);
          });
        }
      }),
      runs(100),
    );
  });

  test("gives in WebAssembly the values of the eager one, with and without each pass", () => {
    fc.assert(
      fc.property(compositions("float32", { smooth: true, length: 8 }), switches, ({ f, x }, passes) => {
        const compiled = compile((...y: Tensor[]) => f(y), { backend: wasm(), passes });
        const eager = f(x);
        compiled(...x).forEach((actual, i) => {
          const expected = eager[i] ?? actual;
          expectTensorsNear(actual, expected, 10 * rounding(expected, ...x), `output ${i}`);
        });
      }),
      runs(100),
    );
  });

  test("has the gradient of the eager one, differentiated before or after it is compiled", () => {
    fc.assert(
      fc.property(compositions("float64", { smooth: true, length: 6 }), ({ f, x: [first, ...rest] }) => {
        if (first === undefined) return;
        const loss = (y: Tensor): Tensor => f([y, ...rest]).reduce((total, z) => add(total, sum(z)), zero);
        const expected = grad(loss)(first);
        expectTensorsEqual(grad(compile(loss, { backend: js }))(first), expected, "gradient of compiled");
        expectTensorsEqual(compile(grad(loss), { backend: js })(first), expected, "compiled gradient");
      }),
      runs(60),
    );
  });
});

const zero = tensor(0, { dtype: "float64" });
