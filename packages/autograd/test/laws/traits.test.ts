import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ModuleBuilder } from "../../src/backends/wasm/emitter/module.ts";
import { F32x4 } from "../../src/backends/wasm/emitter/vector.ts";
import { capture, compile, full, js, square, squeeze, type Tensor, tensor, wasm } from "../../src/index.ts";
import { Program } from "../../src/interpret/program.ts";
import type { ElementwiseTraits } from "../../src/op.ts";
import { bind } from "../../src/op.ts";
import { slice } from "../../src/ops/movement.ts";
import { optimize } from "../../src/program/passes/passes.ts";
import { type Subject, subjects } from "../support/cases/index.ts";
import { materialize, type OpCase } from "../support/cases/opCase.ts";
import { expectTensorsEqual } from "../support/closeness.ts";
import { runs } from "../support/runs.ts";

// What an op declares of itself is true; and passes and loops act upon it.

/** The size of a module of one function that computes tens of instructions. */
const HEAVY = 300;
const hard = [0, -0, 1, -1, 0.3, -2.5, 7, 1e-40, 1e5, -3e38, Infinity, -Infinity, Number.NaN];

interface ElementwiseSubject extends Subject {
  readonly traits: ElementwiseTraits<object>;
  /** One application, whose values do not matter. */
  readonly example: OpCase;
}

const elementwise: readonly ElementwiseSubject[] = subjects.flatMap((subject) => {
  const { traits } = subject.op;
  const [example] = fc.sample(subject.cases, { seed: 1, numRuns: 1 });
  return traits.kind === "elementwise" && example !== undefined ? [{ ...subject, traits, example }] : [];
});
const ofKind = (kind: string): Subject[] => subjects.filter(({ op }) => op.traits.kind === kind);

function never(): never {
  throw new Error("a program of as many inputs as arguments");
}

/** All lists of so many hard numbers, as one tensor for each place in the list. */
function hardArguments(count: number): Tensor[] {
  const lists = Array.from({ length: hard.length ** count }, (_, i) =>
    Array.from(
      { length: count },
      (_, place) => hard[Math.floor(i / hard.length ** place) % hard.length] ?? 0,
    ),
  );
  return Array.from({ length: count }, (_, place) =>
    tensor(
      lists.map((list) => list[place] ?? 0),
      { backend: js },
    ),
  );
}

describe.each(elementwise)("$name, elementwise,", ({ name, op, cases, traits, example }) => {
  const { parameters, inputs } = example;
  const apply = (x: readonly Tensor[]): Tensor => bind(op, parameters, ...x);
  const places = inputs.map((_, i) => i);

  test("is computed in the loop of what comes before and after it", () => {
    const compiled = compile((...x: Tensor[]) => square(apply(x.map((y) => square(y)))), { backend: wasm() });
    const x = places.map(() => full([5, 7], 1));
    expect(compiled.program(...x).equations.map((equation) => equation.op)).toContain(name);
    expect(compiled.explain(...x)).toContain("1 fused loops and 0 calls of kernels");
  });

  test("is computed in advance on constants, and repeated constants stay repeated", () => {
    const constants = places.map(() => full([300, 300], 0.5));
    const { inputs: variables, equations, outputs } = capture((...x: Tensor[]) => apply(x))(...constants);
    const known = constants.map((value, i) => ({ value, variable: variables[i] ?? never() }));
    const folded = optimize(new Program([], known, equations, outputs)).at(-1)?.program ?? never();
    expect(folded.equations.map((equation) => equation.op)).toEqual(["broadcastTo"]);
    expect(folded.constants.map(({ value }) => value.size)).toEqual([1]);
  });

  test("gives each element whatever stands around it", () => {
    const x = hardArguments(inputs.length);
    const whole = apply(x);
    const alone = whole.data.map((_, i) =>
      apply(x.map((y) => tensor(y.data[i] ?? 0, { backend: js }))).item(),
    );
    expect(whole.data).toEqual(alone);
  });

  test("commutes where it says so, and nowhere else", () => {
    const x = hardArguments(inputs.length);
    const [whole, swapped] = [apply(x).data, apply(x.toReversed()).data];
    const isSame = whole.every((value, i) => Object.is(value, swapped[i]));
    expect(traits.commutative === true).toBe(inputs.length === 2 && isSame);
  });

  test("is finite where it says so, and nowhere else", () => {
    expect(traits.finite === true).toBe(apply(hardArguments(inputs.length)).data.every(Number.isFinite));
  });

  test("is heavy where it takes tens of instructions, and nowhere else", () => {
    const sizes = fc.sample(cases, { seed: 2, numRuns: 20 }).map((application) => {
      const module = new ModuleBuilder({ relaxed: false });
      module.define("run", ["at"], (f, { at }) => {
        const x = places.map((i) => f.let(F32x4.load(at, 16 * i)));
        f.store(at, traits.lanes(application.parameters)(f, ...x));
      });
      return module.finish().length;
    });
    expect(Math.max(...sizes) > HEAVY).toBe(traits.cost === "heavy");
  });
});

describe.each(ofKind("lines"))("$name, along lines,", ({ op, cases }) => {
  test("treats each line on its own", () => {
    fc.assert(
      fc.property(cases, ({ parameters, inputs }) => {
        const all = inputs.map((input) => materialize(input, "float32"));
        const [x] = all;
        if (x === undefined) return;
        const whole = bind(op, parameters, ...all);
        const own = "axis" in parameters ? [parameters.axis] : Object.values(parameters).flat();
        x.shape.forEach((size, axis) => {
          if (own.includes(axis) || size === 0) return;
          const part = (y: Tensor): Tensor =>
            slice(
              y,
              y.shape.map((_, i) => (i === axis ? size - 1 : 0)),
              [...y.shape],
            );
          expectTensorsEqual(bind(op, parameters, ...all.map(part)), part(whole), `axis ${axis}`);
        });
      }),
      runs(20),
    );
  });
});

describe.each(ofKind("matrices"))("$name, of matrices,", ({ op, cases }) => {
  test("treats each matrix on its own", () => {
    fc.assert(
      fc.property(cases, ({ parameters, inputs }) => {
        const all = inputs.map((input) => materialize(input, "float32"));
        const [count = 0] = all[0]?.shape ?? [];
        if (all[0]?.rank !== 3 || count === 0) return;
        const last = (x: Tensor): Tensor =>
          squeeze(
            slice(
              x,
              x.shape.map((_, axis) => (axis === 0 ? count - 1 : 0)),
              [...x.shape],
            ),
            0,
          );
        expectTensorsEqual(
          bind(op, parameters, ...all.map(last)),
          last(bind(op, parameters, ...all)),
          "the last one",
        );
      }),
      runs(20),
    );
  });
});

describe.each(ofKind("movement"))("$name, a movement,", ({ op, cases }) => {
  test("gives elements of its arguments, or 0", () => {
    fc.assert(
      fc.property(cases, ({ parameters, inputs }) => {
        const x = inputs.map((input) => materialize(input, "float64"));
        const known = new Set([0, ...x.flatMap(({ data }) => [...data])]);
        expect(bind(op, parameters, ...x).data.every((value) => known.has(value))).toBe(true);
      }),
      runs(20),
    );
  });
});

test.each(ofKind("random"))(
  "$name, a draw, takes a key and is a constant to every derivative",
  ({ op, cases }) => {
    expect(op.derivative).toBeNull();
    for (const { inputs } of fc.sample(cases, { seed: 1, numRuns: 3 })) {
      expect(inputs.map(({ dtype, shape }) => `${dtype} [${shape}]`)[0]).toBe("uint32 [2]");
    }
  },
);
