import fc from "fast-check";
import {
  add,
  grad,
  gradientAndCurvature,
  jvp,
  linearize,
  mul,
  type Tensor,
  taylor,
  vjp,
  zerosLike,
} from "../../src/index.ts";
import { expectNear, expectTensorsNear } from "./closeness.ts";
import { contract, type Direction, directional, inner, words } from "./derivatives.ts";
import { derivatives } from "./differences.ts";
import { scaleOf } from "./distance.ts";
import type { Problem } from "./problem.ts";

// The laws of derivatives, for a function at a point in float64.

const push = ({ f, x }: Problem, v: Direction): readonly Tensor[] =>
  jvp<[Direction], Direction>((y) => f(y), [x], [v])[1];

/** Relative error that rounding may leave between two float64 computations of one derivative. */
const ROUNDING = 1e-11;

/** Fails where two ways to one derivative lead to two numbers; at a kink, either may lead to none. */
export function expectCompatible(actual: number, expected: number, tolerance: number, what: string): void {
  if (!Number.isNaN(actual) && !Number.isNaN(expected)) expectNear(actual, expected, tolerance, what);
}

/** Whether the point may lie on kinks, where second derivatives do not exist. */
interface Kinks {
  readonly kinks: "none" | "some";
}

const comparing = ({ kinks }: Kinks): typeof expectNear => (kinks === "some" ? expectCompatible : expectNear);

/** What to do with a function too wild for finite differences: it tells nothing. */
interface Wild {
  readonly wild: "fail" | "skip";
}

/** Derivatives of orders 1 to 3 along a line, in every nesting of modes, are those by finite differences. */
export function agreesWithFiniteDifferences(problem: Problem, { wild }: Wild = { wild: "fail" }): void {
  const [c, v] = [problem.cotangent(), problem.tangent()];
  const phi = contract(problem.f, c);
  const along = (t: number): number => phi(problem.x.map((leaf, i) => add(leaf, mul(v[i] ?? 0, t)))).item();
  const value = Math.abs(along(0));
  derivatives(along).forEach((expected, k) => {
    const scale = 1 + value + Math.abs(expected.value);
    const isTame = expected.error < 1e-4 * scale;
    if (wild === "skip") fc.pre(isTame);
    else if (!isTame) throw new Error(`finite differences of order ${k + 1} are off by ${expected.error}`);
    for (const word of k === 0 ? [...words(1), ["l"] as const] : words(k + 1)) {
      const actual = directional(
        phi,
        word,
        word.map(() => v),
      )(problem.x).item();
      expectNear(
        actual,
        expected.value,
        1e-8 * scale + 2 * expected.error,
        `order ${k + 1} by ${word.join("")}`,
      );
    }
  });
}

/** ⟨c, Jv⟩ = ⟨Jᵀc, v⟩. */
export function isAdjoint(problem: Problem): void {
  const { f, x } = problem;
  const [c, v] = [problem.cotangent(), problem.tangent()];
  const tangent = push(problem, v);
  const [, pullback] = vjp<[Direction], Direction>((y) => f(y), [x]);
  const [cotangent] = pullback(c);
  const scale = scaleOf(...tangent, ...cotangent) * (1 + x.length);
  expectNear(inner(cotangent, v).item(), inner(c, tangent).item(), ROUNDING * scale, "<J'c, v> and <c, Jv>");
}

/** J(αu + βv) = αJu + βJv, and J0 = 0; the linearized derivative is the same map. */
export function isLinear(problem: Problem): void {
  const [u, v] = [problem.tangent(), problem.tangent()];
  const [alpha, beta] = [0.75, -1.5];
  const mixed = u.map((leaf, i) => add(mul(alpha, leaf), mul(beta, v[i] ?? 0)));
  const [ju, jv, jm, j0] = [u, v, mixed, u.map(zerosLike)].map((t) => push(problem, t));
  const [, pushforward] = linearize<[Direction], Direction>((y) => problem.f(y), [problem.x]);
  const pushed = pushforward(u);
  jm?.forEach((actual, i) => {
    const [a, b, zero, again] = [ju?.[i], jv?.[i], j0?.[i], pushed[i]];
    if (!a || !b || !zero || !again) throw new Error("jvp: one tangent for each result");
    const tolerance = ROUNDING * scaleOf(a, b);
    expectTensorsNear(actual, add(mul(alpha, a), mul(beta, b)), tolerance, "J(au + bv) and aJu + bJv");
    expectTensorsNear(zero, zerosLike(zero), 0, "J0");
    expectTensorsNear(again, a, tolerance, "the pushforward and the jvp");
  });
}

/** Dⁿφ[u, v, …] does not depend on the order of the directions, nor on the modes. */
export function partialsCommute(problem: Problem, kinks: Kinks = { kinks: "none" }): void {
  const expectSame = comparing(kinks);
  const [u, v, w] = [problem.tangent(), problem.tangent(), problem.tangent()];
  const phi = contract(problem.f, problem.cotangent());
  const agree = (order: number, arrangements: readonly (readonly Direction[])[]): void => {
    const found = arrangements.flatMap((directions) =>
      words(order).map(
        (word) => [word.join(""), directional(phi, word, directions)(problem.x).item()] as const,
      ),
    );
    const numbers = found.map(([, value]) => value).filter((value) => !Number.isNaN(value));
    const expected = numbers[0] ?? Number.NaN;
    const scale = 1 + Math.max(...numbers.map(Math.abs));
    for (const [word, actual] of found) {
      expectSame(actual, expected, ROUNDING * 100 * scale, `mixed partial by ${word}`);
    }
  };
  agree(2, [
    [u, v],
    [v, u],
  ]);
  agree(3, [
    [u, v, w],
    [w, u, v],
  ]);
}

/**
 * The Taylor derivatives along u and v are Df·u and Df·v by jvp and D²f[u, u] + D²f[v, v] by jvp of jvp; and they
 * can be differentiated again, in forward and in reverse mode.
 */
export function hasTaylorDerivatives(problem: Problem, kinks: Kinks = { kinks: "none" }): void {
  const expectSame = comparing(kinks);
  const { f, x } = problem;
  const directions = [problem.tangent(), problem.tangent()];
  const { value, first, second } = taylor<[Direction], Direction>(
    (y) => f(y),
    [x],
    directions.map((v) => [v]),
  );
  f(x).forEach((expected, i) => {
    expectTensorsNear(value[i] ?? expected, expected, 0, "the value");
  });
  directions.forEach((v, k) => {
    push(problem, v).forEach((expected, i) => {
      const actual = first[k]?.[i] ?? zerosLike(expected);
      expectTensorsNear(
        actual,
        expected,
        ROUNDING * scaleOf(expected),
        `the derivative along direction ${k}`,
      );
    });
  });
  const [c, w] = [problem.cotangent(), problem.tangent()];
  const phi = contract(f, c);
  const sumOver = (order: (v: Direction) => number): number =>
    directions.reduce((total, v) => total + order(v), 0);
  const curvature = sumOver((v) => directional(phi, ["f", "f"], [v, v])(x).item());
  expectSame(inner(c, second).item(), curvature, 100 * ROUNDING * (1 + Math.abs(curvature)), "the second");
  const whole = gradientAndCurvature(
    phi,
    [x],
    directions.map((v) => [v] as [Direction]),
  );
  expectSame(whole.curvature.item(), curvature, 100 * ROUNDING * (1 + Math.abs(curvature)), "the curvature");
  grad(phi)(x).forEach((expected, i) => {
    const actual = whole.gradient[0][i] ?? zerosLike(expected);
    expectTensorsNear(actual, expected, ROUNDING * scaleOf(expected), "the gradient beside the curvature");
  });
  const curved = (y: Direction): Tensor =>
    gradientAndCurvature(
      phi,
      [y],
      directions.map((v) => [v] as [Direction]),
    ).curvature;
  const bent = (y: Direction): Tensor =>
    inner(
      c,
      taylor<[Direction], Direction>(
        (z) => f(z),
        [y],
        directions.map((v) => [v]),
      ).second,
    );
  const third = sumOver((v) => directional(phi, ["f", "f", "f"], [w, v, v])(x).item());
  for (const [name, again] of Object.entries({ bent, curved })) {
    for (const mode of ["f", "r"] as const) {
      const actual = directional(again, [mode], [w])(x).item();
      expectSame(
        actual,
        third,
        100 * ROUNDING * (1 + Math.abs(third)),
        `the derivative of ${name} by ${mode}`,
      );
    }
  }
}
