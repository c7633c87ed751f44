import { describe, expect, test } from "vitest";
import { ModuleBuilder, type Target, type Write } from "../../src/backends/wasm/emitter/module.ts";
import { F32x4 } from "../../src/backends/wasm/emitter/vector.ts";
import { fusedModule } from "../../src/backends/wasm/fused/loop.ts";
import { lowerLoop } from "../../src/compile/loop.ts";
import {
  add,
  broadcastTo,
  type CompileOptions,
  capture,
  compile,
  cos,
  exp,
  greater,
  matmul,
  mul,
  neg,
  type Program,
  random,
  sigmoid,
  sin,
  softplus,
  sub,
  sum,
  type Tensor,
  tensor,
  transpose,
  wasm,
} from "../../src/index.ts";
import { schedule } from "../../src/program/schedule.ts";

// What the optimisations leave of a program, and what is left without each of them.

type F = (...x: Tensor[]) => Tensor;
type Passes = NonNullable<CompileOptions["passes"]>;

const normal = (...shape: number[]): Tensor => random.normal(random.key(shape.length), shape);
const x = normal(300, 300);
const [small, row, column] = [normal(6, 4), normal(4), normal(6, 1)];

const opsOf = ({ equations }: Program): string[] => equations.map(({ op }) => op);
const compiledOps = (f: F, passes: Passes, ...inputs: Tensor[]): string[] =>
  opsOf(compile(f, { passes }).program(...inputs));

describe("each pass, switched off, leaves what it would have removed", () => {
  const passes: Readonly<
    Record<Exclude<keyof Passes, "fusion" | "memoryReuse">, readonly [F, with_: string[], without: string[]]>
  > = {
    deadCode: [
      (y) => {
        exp(y);
        return neg(y);
      },
      ["neg"],
      ["exp", "neg"],
    ],
    constants: [
      (y) => add(y, exp(mul(greater(y, 0), 0))),
      ["broadcastTo", "add"],
      ["greater", "mul", "exp", "add"],
    ],
    algebra: [(y) => neg(neg(sin(y))), ["sin"], ["sin", "neg", "neg"]],
    commonSubexpressions: [(y) => mul(sin(y), sin(y)), ["sin", "mul"], ["sin", "sin", "mul"]],
    repetition: [
      (y) => matmul(broadcastTo(sum(y, { axis: 0, keepDims: true }), [6, 4]), transpose(y)),
      ["sumTo", "matmul", "broadcastTo"],
      ["sumTo", "broadcastTo", "matmul"],
    ],
  };
  test.each(Object.entries(passes))("%s", (name, [f, with_, without]) => {
    expect(compiledOps(f, {}, small)).toEqual(with_);
    expect(compiledOps(f, { [name]: false }, small)).toEqual(without);
  });

  test("products of the same matrices are shared, in the same switch as repetition", () => {
    const f: F = (y, scale = column) => {
      const scaled = mul(broadcastTo(scale, [6, 4]), y);
      return add(matmul(scaled, transpose(y)), matmul(y, transpose(y)));
    };
    const products = (repetition: boolean): number =>
      compiledOps(f, { repetition }, small, column).filter((op) => op === "matmul").length;
    expect([products(true), products(false)]).toEqual([1, 2]);
  });

  test("rewrites that make room for each other are made, too", () => {
    // The transposes cancel once the products are seen to be one; then the negations do.
    const f: F = (y) => neg(neg(transpose(transpose(add(mul(y, 1), sub(y, y))))));
    expect(compiledOps(f, {}, small).filter((op) => op === "neg" || op === "transpose")).toEqual([]);
  });
});

describe("functions of constants that are broadcast are computed in advance, however large the result", () => {
  /** Zeros, as becomes known when the program is rewritten: until then a constant is no constant. */
  const unknown = (constant: Tensor, y: Tensor): Tensor => add(constant, mul(greater(y, 0), 0));
  const filled = (element: (i: number) => number): Tensor =>
    tensor(
      Float32Array.from({ length: 90_000 }, (_, i) => element(i)),
      { shape: [300, 300] },
    );
  const [two, three, rows] = [filled(() => 2), filled(() => 3), filled((i) => i % 300)];

  test.each<[string, F, number]>([
    ["one number", (y) => add(y, exp(unknown(two, y))), 1],
    ["two numbers", (y) => add(y, mul(exp(unknown(two, y)), sin(unknown(three, y)))), 1],
    ["one row", (y) => add(y, exp(neg(unknown(rows, y)))), 300],
    ["a row and a number", (y) => add(y, mul(unknown(rows, y), unknown(three, y))), 300],
  ])("%s", (_, f, size) => {
    const program = compile(f).program(x);
    expect(opsOf(program)).toEqual(["broadcastTo", "add"]);
    expect(program.constants.map(({ value }) => value.size)).toEqual([size]);
    expect(compiledOps(f, { constants: false }, x).length).toBeGreaterThan(3);
  });

  test("but not where the result is as large as what it is for", () => {
    const columns = filled((i) => Math.floor(i / 300));
    const f: F = (y) => add(y, mul(unknown(rows, y), unknown(columns, y)));
    expect(opsOf(compile(f).program(x))).toEqual(["broadcastTo", "mul", "add"]);
  });
});

describe("fused loops", () => {
  /** `2 fused loops and 1 calls of kernels; 1,024 bytes …` */
  const planOf = (f: F, passes: Passes, ...inputs: Tensor[]) => {
    const text = compile(f, { backend: wasm(), passes }).explain(...inputs);
    const [, loops = "", calls = "", bytes = ""] =
      /(\d+) fused loops and (\d+) calls of kernels; ([\d,]+) bytes/.exec(text) ?? [];
    return { loops: Number(loops), calls: Number(calls), bytes: Number(bytes.replaceAll(",", "")) };
  };

  const patterns: Readonly<Record<string, Tensor>> = {
    "every element": normal(6, 4),
    "one number": normal(1, 1),
    "a row": row,
    "a row, written as a matrix": normal(1, 4),
    "a column": column,
  };
  test.each(Object.entries(patterns))("read an array in place: %s", (_, array) => {
    const f: F = (y, a = y) => sin(add(mul(y, broadcastTo(a, [6, 4])), 1));
    expect(planOf(f, {}, small, array)).toMatchObject({ loops: 1, calls: 0 });
    expect(planOf(f, { fusion: false }, small, array).loops).toBe(3);
  });

  test.each([
    ["all", [1, 1]],
    ["over the rows", [1, 4]],
    ["over the columns", [6, 1]],
  ])("end in sums: %s", (_, shape) => {
    const f: F = (y) => {
      const axes = [0, 1].filter((axis) => shape[axis] === 1);
      return sum(exp(sin(y)), { axis: axes, keepDims: true });
    };
    expect(planOf(f, {}, small)).toMatchObject({ loops: 1, calls: 0 });
    expect(planOf(f, { fusion: false }, small).loops).toBe(3);
  });

  test("begin after a product and end before the next, and sums of one value share a loop", () => {
    const layer: F = (y, w = y, b = y) => {
      const hidden = softplus(add(matmul(y, w), broadcastTo(b, [6, 4])));
      return add(sum(hidden), sum(cos(hidden)));
    };
    const plan = planOf(layer, {}, small, normal(4, 4), row);
    expect(plan).toMatchObject({ loops: 2, calls: 1 });
    expect(planOf(layer, { fusion: false }, small, normal(4, 4), row).loops).toBe(6);
  });

  test("write over what is read for the last time", () => {
    const f: F = (y) => exp(matmul(y, y));
    const square = normal(40, 40);
    const [reused, apart] = [true, false].map((memoryReuse) => planOf(f, { memoryReuse }, square).bytes);
    expect((apart ?? 0) - (reused ?? 0)).toBe(4 * 40 * 40);
  });
});

describe("in a kernel, a function of a value", () => {
  const target: Target = { relaxed: false, shared: false };
  /** How often the function is computed where a body asks for it so many times. */
  const computed = (body: Write<"at">, counter: { count: number }): number => {
    counter.count = 0;
    new ModuleBuilder(target).define("run", ["at"], body);
    return counter.count;
  };
  const counter = { count: 0 };
  const doubled = (value: F32x4): F32x4 => {
    counter.count += 1;
    return value.add(value);
  };

  test("is computed once for all that ask for it", () => {
    expect(
      computed((f, { at }) => {
        const value = f.let(F32x4.load(at));
        f.store(at, f.once("doubled", value, doubled).mul(f.once("doubled", value, doubled)));
      }, counter),
    ).toBe(1);
  });

  test("and again for another value, under another name, and where the first is out of sight", () => {
    expect(
      computed((f, { at }) => {
        const [value, other] = [f.let(F32x4.load(at)), f.let(F32x4.load(at, 16))];
        f.once("doubled", value, doubled);
        f.once("doubled", other, doubled);
        f.once("twice", value, doubled);
      }, counter),
    ).toBe(3);
    expect(
      computed((f, { at }) => {
        const value = f.let(F32x4.load(at));
        f.when(at, () => f.store(at, f.once("doubled", value, doubled)));
        f.store(at, f.once("doubled", value, doubled));
      }, counter),
    ).toBe(2);
  });

  test("is shared by all nodes of a loop that are made of it", () => {
    const sizeOf = (f: F): number => {
      const [loop] = schedule(capture(f)(small)).filter((step) => step.kind === "loop");
      if (loop === undefined) throw new Error("no loop");
      return fusedModule(target, lowerLoop(loop, () => null).kernel).finish().length;
    };
    // Both are made of e^(−|x|), by far the longest part of them.
    const both = sizeOf((y) => mul(sigmoid(y), softplus(y)));
    const apart = sizeOf((y) => mul(sigmoid(y), softplus(neg(y))));
    expect(both).toBeLessThan(0.9 * apart);
  });
});
