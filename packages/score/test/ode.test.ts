import { add, cos, div, log, mul, neg, square, sub, type Tensor, tensor } from "@scoretape/autograd";
import { dormandPrince, heun, type OdeSolver, type OdeStep, type VectorField } from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { dormandPrinceTableau } from "../src/ode/dormandPrince.ts";
import { heunTableau } from "../src/ode/heun.ts";
import { type ButcherTableau, combination, stageSlopes } from "../src/ode/rungeKutta.ts";
import { stepSizeControl } from "../src/ode/stepSizeControl.ts";

const float64 = { dtype: "float64" } as const;

/** A rooted tree, as the trees that hang from its root. */
type RootedTree = readonly RootedTree[];

const orderOf = (tree: RootedTree): number => tree.reduce((total, child) => total + orderOf(child), 1);

/** γ, the product over all vertices of the number of vertices from there on. */
const densityOf = (tree: RootedTree): number =>
  tree.reduce((product, child) => product * densityOf(child), orderOf(tree));

/** All rooted trees with a number of vertices. */
function treesOf(order: number): RootedTree[] {
  return forests(order - 1, order - 1);
}

/** All multisets of trees with a number of vertices together, none of a tree larger than `largest`. */
function forests(vertices: number, largest: number): RootedTree[] {
  if (vertices === 0) return [[]];
  const result = new Map<string, RootedTree>();
  for (let order = 1; order <= Math.min(vertices, largest); order++) {
    for (const tree of treesOf(order)) {
      for (const rest of forests(vertices - order, order)) {
        const sorted = [tree, ...rest].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
        result.set(JSON.stringify(sorted), sorted);
      }
    }
  }
  return [...result.values()];
}

/** Σᵢ bᵢ·Φᵢ(tree) − 1/γ(tree), which is 0 for all trees up to the order of the method (Butcher 1963). */
function orderCondition({ matrix }: ButcherTableau, weights: readonly number[], tree: RootedTree): number {
  const elementaryWeight = (i: number, children: RootedTree): number =>
    children.reduce(
      (product, child) =>
        product * (matrix[i] ?? []).reduce((sum, a, j) => sum + a * elementaryWeight(j, child), 0),
      1,
    );
  return weights.reduce((sum, b, i) => sum + b * elementaryWeight(i, tree), 0) - 1 / densityOf(tree);
}

describe("tableaus", () => {
  const embedded = dormandPrinceTableau.weights.map(
    (b, i) => b - (dormandPrinceTableau.errorWeights[i] ?? 0),
  );
  const methods = [
    ["Heun", heunTableau, heunTableau.weights, 2],
    ["Dormand–Prince", dormandPrinceTableau, dormandPrinceTableau.weights, 5],
    ["embedded in Dormand–Prince", dormandPrinceTableau, embedded, 4],
  ] as const;

  test("there are 1, 1, 2, 4, 9, 20 rooted trees", () => {
    expect([1, 2, 3, 4, 5, 6].map((order) => treesOf(order).length)).toEqual([1, 1, 2, 4, 9, 20]);
  });

  test.each(methods)(
    "%s: the conditions of its order hold, of the next one not all",
    (_, tableau, weights, order) => {
      for (let r = 1; r <= order; r++) {
        for (const tree of treesOf(r)) {
          expect(Math.abs(orderCondition(tableau, weights, tree)), JSON.stringify(tree)).toBeLessThan(1e-15);
        }
      }
      const next = treesOf(order + 1).map((tree) => Math.abs(orderCondition(tableau, weights, tree)));
      expect(Math.max(...next)).toBeGreaterThan(1e-5);
    },
  );

  test.each(methods)("%s: every stage is at the time of its node", (_, { nodes, matrix }) => {
    expect(matrix.length).toBe(nodes.length);
    nodes.forEach((node, i) => {
      const row = matrix[i] ?? [];
      expect(row.length).toBe(i);
      expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(node, 14);
    });
  });

  test("Dormand–Prince: the last stage is the step itself", () => {
    expect([...(dormandPrinceTableau.matrix[6] ?? []), 0]).toEqual(dormandPrinceTableau.weights);
  });
});

// y' = −2t·y² has the solution y = 1/(c + t²); the second equation is not autonomous either.
const field: VectorField = (y, t) => mul(mul(-2, t), square(y));
const start = tensor([[1], [0.5]], float64);
const solution = (t: number): Tensor => tensor([[1 / (1 + t * t)], [1 / (2 + t * t)]], float64);

function largestError(actual: Tensor, expected: Tensor): number {
  return Math.max(...sub(actual, expected).data.map(Math.abs));
}

describe("orders of convergence", () => {
  /** The error at time 1 with n equal steps. */
  function errorWith(tableau: ButcherTableau, weights: readonly number[], n: number): number {
    let y = start;
    for (let i = 0; i < n; i++) {
      const [t, h] = [tensor(i / n, float64), tensor(1 / n, float64)];
      const slopes = stageSlopes(tableau, field, y, field(y, t), t, h);
      y = add(y, mul(h, combination(weights, slopes)));
    }
    return largestError(y, solution(1));
  }

  const { weights, errorWeights } = dormandPrinceTableau;
  test.each([
    ["Heun", 2, heunTableau, heunTableau.weights],
    ["Dormand–Prince", 5, dormandPrinceTableau, weights],
    [
      "embedded in Dormand–Prince",
      4,
      dormandPrinceTableau,
      weights.map((b, i) => b - (errorWeights[i] ?? 0)),
    ],
  ] as const)("%s: %d", (_, order, tableau, w) => {
    const slope = Math.log2(errorWith(tableau, w, 20) / errorWith(tableau, w, 40));
    expect(Math.abs(slope - order)).toBeLessThan(0.25);
  });

  test("heun's error falls fourfold when its steps are doubled", () => {
    const errors = [20, 40, 80].map((steps) =>
      largestError(heun({ steps }).solve(field, start, 0, 1).state, solution(1)),
    );
    expect(Math.log2((errors[1] ?? 0) / (errors[2] ?? 0))).toBeCloseTo(2, 1);
    expect(errors[0]).toBeCloseTo(errorWith(heunTableau, heunTableau.weights, 20), 14);
  });
});

describe("dormandPrince", () => {
  const withTolerance = (tolerance: number): OdeSolver =>
    dormandPrince({ relativeTolerance: tolerance, absoluteTolerance: tolerance });

  test.each([1e-3, 1e-5, 1e-7, 1e-9])("reaches the tolerance %d, and not much more", (tolerance) => {
    for (const [from, to] of [
      [0, 3],
      [3, 0],
    ] as const) {
      const { state } = withTolerance(tolerance).solve(field, solution(from), from, to);
      const error = largestError(state, solution(to));
      // Backwards the solutions part: an error grows as y², ninefold and more.
      expect(error).toBeLessThan(from === 0 ? 3 * tolerance : 100 * tolerance);
      expect(error).toBeGreaterThan(0.003 * tolerance);
    }
  });

  test("takes more steps as the fifth root of the tolerance", () => {
    const steps = (tolerance: number): number => withTolerance(tolerance).solve(field, start, 0, 3).steps;
    const ratio = steps(1e-11) / steps(1e-7);
    expect(Math.log10(ratio) / 4).toBeCloseTo(1 / 5, 1);
  });

  test("every step's estimate is within the tolerance in every row, and its length near the longest allowed", () => {
    // A row that is at rest does not loosen the tolerance for the one that is not.
    const twoRows: VectorField = (y) => mul(tensor([[1], [0]], float64), mul(y, cos(mul(6, log(y)))));
    const tolerance = 1e-6;
    const seen: OdeStep[] = [];
    const one = tensor([[1], [1]], float64);
    const { steps } = withTolerance(tolerance).solve(twoRows, one, 0, 2, {
      onStep: (step) => seen.push(step),
    });
    expect(seen.length).toBe(steps);
    const { errorWeights } = dormandPrinceTableau;
    const errors = seen.map(({ time, stepSize }, i) => {
      const y = seen[i - 1]?.state ?? one;
      const [t, h] = [tensor(time - stepSize, float64), tensor(stepSize, float64)];
      const slopes = stageSlopes(dormandPrinceTableau, twoRows, y, twoRows(y, t), t, h);
      const [estimate = Number.NaN] = mul(h, combination(errorWeights, slopes)).data;
      const [before = 0, after = 0] = [y.data[0], seen[i]?.state.data[0]];
      return Math.abs(estimate) / (tolerance + tolerance * Math.max(before, after));
    });
    for (const error of errors) expect(error).toBeLessThanOrEqual(1 + 1e-6);
    // The start is a hundredth of the interval, the end is what is left.
    const middle = errors.slice(3, -1);
    expect(middle.filter((error) => error > 0.05).length).toBeGreaterThan(0.8 * middle.length);
  });

  test("evaluates the field once at the start and six times per attempt", () => {
    let calls = 0;
    const counted: VectorField = (y, t) => {
      calls += 1;
      return field(y, t);
    };
    const solver = dormandPrince({ initialStep: 3 });
    const { evaluations, steps, rejected } = solver.solve(counted, start, 0, 3, { backend: "eager" });
    expect(rejected).toBeGreaterThan(0);
    expect(evaluations).toBe(1 + 6 * (steps + rejected));
    expect(calls).toBe(evaluations);
  });

  test("the steps lead from one end to the other, in either direction", () => {
    for (const [from, to] of [
      [0, 3],
      [3, 0.5],
    ] as const) {
      let time: number = from;
      dormandPrince().solve(field, solution(from), from, to, {
        onStep(step) {
          time += step.stepSize;
          expect(step.time).toBeCloseTo(time, 12);
        },
      });
      expect(time).toBeCloseTo(to, 12);
    }
  });

  test("nothing moves in no time", () => {
    const { state, steps } = dormandPrince().solve(field, start, 1, 1);
    expect([steps, ...state.data]).toEqual([0, 1, 0.5]);
  });
});

describe("step size control", () => {
  test("accepts errors up to 1, and no NaN", () => {
    for (const [error, expected] of [
      [0, true],
      [1, true],
      [1.001, false],
      [Number.POSITIVE_INFINITY, false],
      [Number.NaN, false],
    ] as const) {
      expect(stepSizeControl(0.1).accepts(0.1, error)).toBe(expected);
    }
  });

  test("h·0.9·e^(−0.17)·e₋₁^0.04 after steps with errors e₋₁ and e, within a fifth and ten times", () => {
    const control = stepSizeControl(1);
    control.accepts(1, 0.3);
    control.accepts(0.5, 0.2);
    expect(control.length).toBeCloseTo(0.5 * 0.9 * 0.2 ** -0.17 * 0.3 ** 0.04, 12);
    control.accepts(0.5, 0);
    expect(control.length).toBeCloseTo(5, 12);
  });

  test("h·0.9·e^(−0.17) after a rejection, at least a fifth, and no growth right after it", () => {
    const control = stepSizeControl(1);
    control.accepts(1, 2);
    expect(control.length).toBeCloseTo(0.9 * 2 ** -0.17, 12);
    control.accepts(0.8, 1e-3);
    expect(control.length).toBe(0.8);
    control.accepts(0.8, 1e-3);
    expect(control.length).toBeGreaterThan(0.8);
    for (const error of [1e9, Number.POSITIVE_INFINITY, Number.NaN]) {
      control.accepts(1, error);
      expect(control.length).toBe(0.2);
    }
  });
});

describe.each([
  ["heun", heun({ steps: 30 })],
  ["dormandPrince", dormandPrince()],
] as const)("%s", (name, solver) => {
  test("keeps float64, and has in float32 the same solution, compiled or not", () => {
    const exact = solver.solve(field, start, 0, 1).state;
    expect(exact.dtype).toBe("float64");
    for (const backend of [undefined, "eager"] as const) {
      const single = solver.solve(field, tensor([[1], [0.5]]), 0, 1, { backend }).state;
      expect(single.dtype).toBe("float32");
      expect(largestError(tensor(single.data, { shape: [2, 1], ...float64 }), exact)).toBeLessThan(2e-6);
    }
  });

  test("names the row that blows up", () => {
    // y' = y² from 1 reaches infinity at time 1.
    const blowUp = (): unknown => solver.solve(square, tensor([[0], [1]]), 0, 40);
    expect(blowUp).toThrow(
      name === "heun" ? /heun: row 1 is Infinity in coordinate 0 after step \d+ of 30/ : /at time 0\.99/,
    );
  });

  test("names a field that is NaN", () => {
    expect(() => solver.solve((y) => div(y, 0), tensor([[1, 0]]), 0, 1)).toThrow(
      new RegExp(`${name}: row 0 is (NaN|Infinity|-Infinity) in coordinate [01] after .* mend the field`),
    );
  });

  test("refuses a start that is no matrix, and times that are not finite", () => {
    expect(() => solver.solve(neg, tensor([1]), 0, 1)).toThrow(
      `${name}: the start has shape [1], not [n, d]`,
    );
    expect(() => solver.solve(neg, start, 0, Number.NaN)).toThrow(`${name}: time NaN is not finite`);
  });
});

test.each<[string, () => unknown]>([
  ["heun: steps is 0; it is a whole number from 1", () => heun({ steps: 0 })],
  ["dormandPrince: relativeTolerance is 0;", () => dormandPrince({ relativeTolerance: 0 })],
  ["dormandPrince: absoluteTolerance is -1;", () => dormandPrince({ absoluteTolerance: -1 })],
  ["dormandPrince: initialStep is NaN;", () => dormandPrince({ initialStep: Number.NaN })],
  ["dormandPrince: maxSteps is 0.5;", () => dormandPrince({ maxSteps: 0.5 })],
  [
    "dormandPrince: 3 steps lead from time 0 to",
    () => dormandPrince({ maxSteps: 3 }).solve(field, start, 0, 3),
  ],
])("%s", (message, attempt) => {
  expect(attempt).toThrow(message);
});
