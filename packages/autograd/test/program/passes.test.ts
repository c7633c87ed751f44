import { describe, expect, test } from "vitest";
import {
  add,
  broadcastTo,
  capture,
  div,
  exp,
  greater,
  matmul,
  mul,
  neg,
  type Program,
  reshape,
  sign,
  sin,
  softplus,
  stopGradient,
  sub,
  sum,
  type Tensor,
  tensor,
  transpose,
} from "../../src/index.ts";
import { outputsOf } from "../../src/interpret/program.ts";
import { algebra } from "../../src/program/passes/algebra.ts";
import { commonSubexpressions } from "../../src/program/passes/commonSubexpressions.ts";
import { foldConstants, splats } from "../../src/program/passes/constants.ts";
import { deadCode } from "../../src/program/passes/deadCode.ts";
import { optimize } from "../../src/program/passes/passes.ts";
import { repetition } from "../../src/program/passes/repetition.ts";
import type { Pass } from "../../src/program/passes/rewriter.ts";
import { sharedProducts } from "../../src/program/passes/sharedProducts.ts";
import { planMemory } from "../../src/program/plan.ts";
import { schedule } from "../../src/program/schedule.ts";

const matrix = tensor([
  [1, 2],
  [3, 4],
]);

function programOf(f: (x: Tensor) => Tensor, x: Tensor = matrix): Program {
  return capture(f)(x);
}

/** The ops of a program in order, after some passes. */
function opsAfter(passes: readonly Pass[], f: (x: Tensor) => Tensor): string[] {
  const program = passes.reduce((current, pass) => pass.run(current), programOf(f));
  return program.equations.map(({ op }) => op);
}

/** A pass changes how a program computes, never what. */
function expectSameResult(pass: Pass, f: (x: Tensor) => Tensor): void {
  const program = programOf(f);
  const [before] = program.replay([matrix]);
  const [after] = pass.run(program).replay([matrix]);
  expect(after?.toArray()).toEqual(before?.toArray());
}

describe("dead code", () => {
  const f = (x: Tensor): Tensor => {
    exp(sin(x));
    return neg(x);
  };
  test("drops equations that nothing uses, with what only they used", () => {
    expect(programOf(f).equations.map(({ op }) => op)).toEqual(["sin", "exp", "neg"]);
    expect(opsAfter([deadCode], f)).toEqual(["neg"]);
    expectSameResult(deadCode, f);
  });
});

describe("common subexpressions", () => {
  const f = (x: Tensor): Tensor => add(mul(sin(x), exp(x)), mul(exp(x), sin(x)));
  test("computes equal applications once, whatever the order of a commutative op's arguments", () => {
    expect(opsAfter([commonSubexpressions, deadCode], f)).toEqual(["sin", "exp", "mul", "add"]);
    expectSameResult(commonSubexpressions, f);
  });
  test("keeps apart what differs in parameters or in the order of arguments", () => {
    expect(opsAfter([commonSubexpressions], (x) => add(sub(x, exp(x)), sub(exp(x), x)))).toEqual([
      "exp",
      "sub",
      "sub",
      "add",
    ]);
    expect(
      opsAfter([commonSubexpressions], (x) =>
        matmul(sum(x, { axis: 0, keepDims: true }), sum(x, { axis: 1, keepDims: true })),
      ),
    ).toEqual(["sumTo", "sumTo", "matmul"]);
  });
});

describe("constants", () => {
  test("equal elements become one scalar that is broadcast", () => {
    const f = (x: Tensor): Tensor =>
      mul(
        x,
        tensor([
          [2, 2],
          [2, 2],
        ]),
      );
    const program = splats.run(programOf(f));
    expect(program.constants.map(({ value }) => value.toArray())).toEqual([2]);
    expect(program.equations.map(({ op }) => op)).toEqual(["broadcastTo", "mul"]);
    expectSameResult(splats, f);
  });
  test("what depends on constants alone is computed in advance", () => {
    const w = tensor([[1], [2]]);
    const f = (x: Tensor): Tensor => matmul(x, stopGradient(w));
    const g = (x: Tensor): Tensor => add(x, capturedProduct());
    expect(opsAfter([foldConstants], f)).toEqual(["matmul"]);
    expect(opsAfter([splats, foldConstants, deadCode], g)).toEqual(["broadcastTo", "add"]);
    expectSameResult(foldConstants, g);
  });
  function capturedProduct(): Tensor {
    return mul(
      tensor([
        [3, 3],
        [3, 3],
      ]),
      tensor([
        [5, 5],
        [5, 5],
      ]),
    );
  }
});

describe("algebra", () => {
  const clean = [splats, algebra, deadCode];
  test.each<[string, (x: Tensor) => Tensor, string[]]>([
    ["x + 0", (x) => add(sin(x), 0), ["sin"]],
    ["x · 1", (x) => mul(1, sin(x)), ["sin"]],
    ["x / 1", (x) => div(sin(x), 1), ["sin"]],
    ["x · (−1)", (x) => mul(sin(x), -1), ["sin", "neg"]],
    ["0 − x", (x) => sub(0, sin(x)), ["sin", "neg"]],
    ["−(−x)", (x) => neg(neg(sin(x))), ["sin"]],
    ["(xᵀ)ᵀ", (x) => transpose(transpose(sin(x))), ["sin"]],
    ["xᵀ·x", (x) => matmul(transpose(x), x), ["matmul"]],
    ["reshape twice", (x) => reshape(reshape(sin(x), [4]), [2, 2]), ["sin"]],
    ["stopGradient", (x) => stopGradient(sin(x)), ["sin"]],
    ["a comparison times 0", (x) => add(x, mul(greater(x, 0), 0)), []],
  ])("%s", (_name, f, ops) => {
    expect(opsAfter([...clean, ...clean], f)).toEqual(ops);
    expectSameResult(algebra, f);
  });
  test("keeps x·0 where x can be infinite: the product may be NaN", () => {
    expect(opsAfter(clean, (x) => mul(exp(x), 0))).toContain("mul");
    expect(opsAfter(clean, (x) => mul(0, sign(x)))).toContain("mul");
  });
  test("a transposed operand is read by its flag", () => {
    const program = algebra.run(programOf((x) => matmul(transpose(x), x)));
    expect(program.equations.at(-1)).toMatchObject({ parameters: { transposeX: true, transposeY: false } });
  });
});

describe("schedule", () => {
  const layer = (x: Tensor): Tensor => softplus(add(matmul(x, matrix), broadcastTo(tensor([1, 2]), [2, 2])));
  const stepsOf = (f: (x: Tensor) => Tensor, fuse: boolean): string[] =>
    schedule(programOf(f), { fuse }).map((step) =>
      step.kind === "loop"
        ? `loop ${[...step.body, ...step.sums].map(({ op }) => op).join(" ")}`
        : `${step.kind} ${step.equation.op}`,
    );
  test("a bias, an activation and a sum run in one loop after their matmul", () => {
    expect(stepsOf((x) => sum(layer(x), { axis: 1 }), true)).toEqual([
      "call matmul",
      "loop add softplus sumTo",
      "alias reshape",
    ]);
  });
  test("without fusion every equation is a loop of its own", () => {
    expect(stepsOf((x) => sum(layer(x), { axis: 1 }), false)).toEqual([
      "call matmul",
      "loop add",
      "loop softplus",
      "loop sumTo",
      "alias reshape",
    ]);
  });
  test("a value that a matmul needs is stored, one that only its loop needs is not", () => {
    const [first] = schedule(programOf((x) => matmul(exp(sin(x)), x))).filter(({ kind }) => kind === "loop");
    expect(first?.kind === "loop" && first.stores.map(({ shape }) => shape)).toEqual([[2, 2]]);
  });
  test("a loop never reads what a later step computes", () => {
    const program = programOf((x) => add(exp(matmul(sin(x), x)), sin(x)));
    const known = new Set([...program.inputs, ...program.constants.map(({ variable }) => variable)]);
    for (const step of schedule(program)) {
      const equations = step.kind === "loop" ? [...step.body, ...step.sums] : [step.equation];
      for (const equation of equations) {
        for (const x of equation.inputs) expect(known.has(x)).toBe(true);
        for (const x of outputsOf(equation)) known.add(x);
      }
    }
  });
});

describe("memory", () => {
  const chain = programOf((x) => [1, 2, 3, 4, 5].reduce((y) => matmul(y, x), x));
  test("a value's place serves again after its last use", () => {
    const steps = schedule(chain);
    const plan = planMemory(chain, steps);
    const places = new Set(chain.equations.flatMap(outputsOf).map((x) => plan.offsets.get(x)));
    expect(places.size).toBe(2);
  });
  test("a loop writes over what it reads for the last time, unless told not to", () => {
    const program = programOf((x) => exp(matmul(x, x)));
    const [product, result] = program.equations.flatMap(outputsOf);
    const place = (reuse: boolean, of: typeof product): number | undefined =>
      of && planMemory(program, schedule(program), { reuse }).offsets.get(of);
    expect(place(true, result)).toBe(place(true, product));
    expect(place(false, result)).not.toBe(place(false, product));
  });
  test("an output takes over a donated input's place only when nothing reads the input afterwards", () => {
    const donated = (f: (x: Tensor) => Tensor): number => {
      const program = programOf(f);
      const [input, output] = [program.inputs[0], program.outputs[0]];
      if (input === undefined || output === undefined) return -1;
      return planMemory(program, schedule(program), { donations: [{ input, output }] }).inPlace.length;
    };
    expect(donated((x) => exp(x))).toBe(1);
    expect(donated((x) => matmul(x, x))).toBe(0);
    expect(donated((x) => exp(matmul(x, x)))).toBe(1);
  });
});

describe("all passes", () => {
  const round = [foldConstants, algebra, repetition, sharedProducts, commonSubexpressions, deadCode];
  const names = round.map(({ name }) => name);

  test.each([splats, ...round].map((pass) => [pass.name, pass] as const))(
    "%s returns the program itself where it has nothing to do",
    (_, pass) => {
      const program = programOf((x) => add(matmul(x, x), exp(x)));
      expect(pass.run(program)).toBe(program);
    },
  );

  test("end after a round that has nothing to do", () => {
    const stages = optimize(programOf((x) => add(matmul(x, x), exp(x))));
    expect(stages.map(({ name }) => name)).toEqual(["capture", splats.name, ...names]);
  });

  test("go on while the round before had something to do", () => {
    // Only after the folding is x·1 seen, only after that are both sines the same, and only then is one of them dead.
    const stages = optimize(programOf((x) => sub(sin(mul(x, exp(tensor(0)))), sin(x))));
    expect(stages.map(({ name }) => name)).toEqual(["capture", splats.name, ...names, ...names]);
    expect(stages.at(-1)?.program.equations.map(({ op }) => op)).toEqual(["sin", "sub"]);
  });
});
