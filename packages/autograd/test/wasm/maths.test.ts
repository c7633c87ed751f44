import { describe, expect, test } from "vitest";
import type { UnaryParameters } from "../../src/backend.ts";
import { erf, normalCdf } from "../../src/backends/js/special.ts";
import { type FusedKernel, fusedSignature, type Node } from "../../src/backends/wasm/fused/graph.ts";
import { fusedModule } from "../../src/backends/wasm/fused/loop.ts";
import { pow } from "../../src/portable/index.ts";
import { node } from "../support/node.ts";
import { at as elementAt, Sandbox, targets } from "./sandbox.ts";
import { edgeFloats, sampleFloats, ulpError } from "./ulp.ts";

const SMALLEST_NORMAL = 2 ** -126;

interface Accuracy {
  readonly exact: (x: number) => number;
  /** The largest error in ulp. */
  readonly ulp: number;
  /** Results below this in magnitude may be 0. */
  readonly flush?: number;
  /** The interval where the function changes, for a denser sample. */
  readonly dense: readonly [number, number];
}

const sigmoid = (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const sechSquared = (x: number): number => {
  const e = Math.exp(-2 * Math.abs(x));
  return (4 * e) / ((1 + e) * (1 + e));
};

const functions: Readonly<Record<Exclude<keyof UnaryParameters, "power">, Accuracy>> = {
  exp: { exact: Math.exp, ulp: 1.5, flush: SMALLEST_NORMAL, dense: [-90, 90] },
  expm1: { exact: Math.expm1, ulp: 2, dense: [-20, 90] },
  log: { exact: Math.log, ulp: 1, dense: [0, 10] },
  log1p: { exact: Math.log1p, ulp: 1.5, dense: [-1, 10] },
  sin: { exact: Math.sin, ulp: 2.5, dense: [-3000, 3000] },
  cos: { exact: Math.cos, ulp: 2.5, dense: [-3000, 3000] },
  atan: { exact: Math.atan, ulp: 2, dense: [-4, 4] },
  tanh: { exact: Math.tanh, ulp: 5, dense: [-10, 10] },
  sechSquared: { exact: sechSquared, ulp: 4.5, flush: 4 * SMALLEST_NORMAL, dense: [-45, 45] },
  sigmoid: { exact: sigmoid, ulp: 3, flush: SMALLEST_NORMAL, dense: [-90, 20] },
  logisticDensity: {
    exact: (x) => sigmoid(x) * sigmoid(-x),
    ulp: 4.5,
    flush: SMALLEST_NORMAL,
    dense: [-90, 90],
  },
  softplus: { exact: softplus, ulp: 2.5, flush: SMALLEST_NORMAL, dense: [-90, 20] },
  erf: { exact: erf, ulp: 4, dense: [-4, 4] },
  normalCdf: { exact: normalCdf, ulp: 4, flush: SMALLEST_NORMAL, dense: [-13.5, 6] },
  sqrt: { exact: Math.sqrt, ulp: 0.5, dense: [0, 4] },
  abs: { exact: Math.abs, ulp: 0, dense: [-1, 1] },
  neg: { exact: (x) => -x, ulp: 0, dense: [-1, 1] },
  sign: { exact: Math.sign, ulp: 0, dense: [-1, 1] },
  square: { exact: (x) => x * x, ulp: 0.5, dense: [-3, 3] },
  floor: { exact: Math.floor, ulp: 0, dense: [-9, 9] },
  round: {
    exact: (x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x)),
    ulp: 0,
    dense: [-9, 9],
  },
  isNaN: { exact: (x) => Number(Number.isNaN(x)), ulp: 0, dense: [-1, 1] },
  relu: { exact: (x) => (x < 0 ? 0 : x), ulp: 0, dense: [-1, 1] },
};

export function apply(applied: Node, relaxed: boolean, ...inputs: Float32Array[]): Float32Array {
  const kernel: FusedKernel = {
    rank: 1,
    inputs: inputs.map(() => [true]),
    nodes: [applied],
    outputs: [{ value: inputs.length, axes: [true], sum: false }],
  };
  const sandbox = new Sandbox();
  const run = sandbox.kernel(
    `${fusedSignature(kernel)} ${relaxed}`,
    () => fusedModule({ relaxed }, kernel),
    "run",
  );
  const size = elementAt(inputs, 0).length;
  const places = inputs.map((x) => {
    const place = sandbox.array(size);
    place.values.set(x);
    return place.at;
  });
  const y = sandbox.array(size);
  run(size, ...places, y.at, 0);
  sandbox.checkFences();
  return y.values.slice();
}

function inputs([low, high]: readonly [number, number]): Float32Array {
  const dense = Array.from({ length: 200_001 }, (_, i) => low + ((high - low) * i) / 200_000);
  const logarithmic = Array.from({ length: 100_001 }, (_, i) => 2 ** (-40 + (i * 48) / 100_000));
  return Float32Array.from([
    ...edgeFloats(),
    ...sampleFloats(300_000, 7),
    ...dense,
    ...logarithmic,
    ...logarithmic.map((x) => -x),
  ]);
}

describe.each(targets)("relaxed: $relaxed", ({ relaxed }) => {
  test.each(Object.entries(functions))("%s", (name, { exact, ulp, flush = 0, dense }) => {
    const x = inputs(dense);
    const y = apply(node(name, [0]), relaxed, x);
    let worst = 0;
    let at = 0;
    x.forEach((value, i) => {
      const truth = exact(value);
      if (Math.abs(truth) < flush && y[i] === 0) return;
      const error = ulpError(y[i] as number, truth);
      if (!(error <= worst)) {
        worst = error;
        at = value;
      }
    });
    if (process.env.SHOW) console.log(`${name} relaxed ${relaxed}: ${worst.toFixed(2)} ulp at ${at}`);
    expect(worst, `at ${at}`).toBeLessThanOrEqual(ulp);
  });

  test("pow", () => {
    const x = sampleFloats(400_000, 3);
    const y = sampleFloats(400_000, 5);
    const small = (v: number): number => Math.fround(v);
    const pick = [
      0,
      -0,
      1,
      -1,
      0.5,
      -0.5,
      2,
      -2,
      3,
      -3,
      2.5,
      1e-30,
      1e30,
      -1e30,
      2 ** 24,
      2 ** 24 + 2,
      Infinity,
      -Infinity,
      Number.NaN,
      2 ** -140,
    ].map(small);
    let i = 0;
    for (const a of pick)
      for (const b of pick) {
        x[i] = a;
        y[i] = b;
        i++;
      }
    for (let k = 0; k < 200_000; k++, i++) {
      x[i] = 2 ** ((((k * 7919) % 20011) / 20011) * 12 - 6) * (k % 3 === 0 ? -1 : 1);
      y[i] =
        k % 2 === 0
          ? Math.round((((k * 104729) % 30011) / 30011) * 60 - 30)
          : (((k * 104729) % 30011) / 30011) * 40 - 20;
    }
    const z = apply(node("pow", [0, 1]), relaxed, x, y);
    let worst = 0;
    let at = "";
    x.forEach((a, k) => {
      const truth = pow(a, y[k] as number);
      if (Math.abs(truth) < SMALLEST_NORMAL && z[k] === 0) return;
      const error = ulpError(z[k] as number, truth);
      if (!(error <= worst)) {
        worst = error;
        at = `${a} ** ${y[k]} = ${truth}, not ${z[k]}`;
      }
    });
    if (process.env.SHOW) console.log(`pow relaxed ${relaxed}: ${worst.toFixed(2)} ulp at ${at}`);
    expect(worst, at).toBeLessThanOrEqual(1);
  });

  test("powers below the smallest normal number are 0, of either sign of the base", () => {
    const exponents = Float32Array.from({ length: 60 }, (_, k) => -110 - k);
    for (const base of [2, -2]) {
      const z = apply(node("pow", [0, 1]), relaxed, new Float32Array(60).fill(base), exponents);
      expect([...z].map(Math.abs)).toEqual([...exponents].map((n) => (n < -126 ? 0 : 2 ** n)));
    }
  });

  test.each([-3, -2, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3, 4, 5])("power %d", (exponent) => {
    const x = inputs([-3, 3]);
    const y = apply(node("power", [0], { exponent }), relaxed, x);
    let worst = 0;
    let at = 0;
    x.forEach((value, i) => {
      const truth = value ** exponent;
      if (Math.abs(truth) < SMALLEST_NORMAL) return;
      const error = ulpError(y[i] as number, truth);
      if (!(error <= worst)) {
        worst = error;
        at = value;
      }
    });
    expect(worst, `at ${at}`).toBeLessThanOrEqual(2);
  });

  /** Of an infinite point, the corner or the axis of a square in its direction. */
  const unit = (x: number): number => (Number.isNaN(x) ? x : Math.abs(x) === Infinity ? Math.sign(x) : 0);
  const cosine = (x: number, y: number): number =>
    Number.isFinite(x) && Number.isFinite(y) ? x / Math.hypot(x, y) : unit(x) / Math.hypot(unit(x), unit(y));
  test.each<[string, number, (x: number, y: number) => number]>([
    ["atan2", 2, Math.atan2],
    ["hypot", 1, Math.hypot],
    ["directionCosine", 1, cosine],
  ])("%s", (name, ulp, exact) => {
    const x = sampleFloats(300_000, 17);
    const y = sampleFloats(300_000, 19);
    const edges = edgeFloats();
    for (let i = 0; i < 200_000; i++) {
      const [a, b] = [edges[i % edges.length] ?? 0, edges[Math.floor(i / 7) % edges.length] ?? 0];
      // Edges beside each other, and beside anything; then numbers of about one size.
      if (i < 100_000) [x[i], y[i]] = [a, i % 2 === 0 ? b : (y[i] ?? 0)];
      else [x[i], y[i]] = [Math.sin(i) * 3, Math.cos(1.7 * i) * 3];
    }
    const z = apply(node(name, [0, 1]), relaxed, x, y);
    let worst = 0;
    let at = "";
    x.forEach((a, i) => {
      const truth = exact(a, y[i] ?? 0);
      if (Math.abs(truth) < SMALLEST_NORMAL && Math.abs(z[i] ?? 1) <= SMALLEST_NORMAL) return;
      const error = ulpError(z[i] ?? 0, truth);
      if (!(error <= worst)) [worst, at] = [error, `${name}(${a}, ${y[i]}) = ${truth}, not ${z[i]}`];
    });
    if (process.env.SHOW) console.log(`${name} relaxed ${relaxed}: ${worst.toFixed(2)} ulp at ${at}`);
    expect(worst, at).toBeLessThanOrEqual(ulp);
  });

  test("atan2 has the sign of its zeros", () => {
    const y = Float32Array.of(0, -0, 0, -0, 1, -1, 0, -0);
    const x = Float32Array.of(1, 1, -1, -1, 0, -0, -0, -0);
    const z = apply(node("atan2", [0, 1]), relaxed, y, x);
    expect([...z]).toEqual(Array.from(y, (value, i) => Math.fround(Math.atan2(value, x[i] ?? 0))));
  });

  test("binary and ternary ops", () => {
    const x = sampleFloats(100_000, 11);
    const y = sampleFloats(100_000, 13);
    for (let i = 0; i < 100_000; i += 3) y[i] = x[i] as number;
    for (let i = 0; i < 100_000; i += 7) x[i] = i % 2 ? 0 : -0;
    const exact: Record<string, (a: number, b: number) => number> = {
      add: (a, b) => a + b,
      sub: (a, b) => a - b,
      mul: (a, b) => a * b,
      div: (a, b) => a / b,
      maximum: Math.max,
      minimum: Math.min,
      greater: (a, b) => Number(a > b),
      greaterEqual: (a, b) => Number(a >= b),
      less: (a, b) => Number(a < b),
      lessEqual: (a, b) => Number(a <= b),
      equal: (a, b) => Number(a === b),
    };
    for (const [op, f] of Object.entries(exact)) {
      const z = apply(node(op, [0, 1]), relaxed, x, y);
      z.forEach((value, i) => {
        if (!Object.is(value, Math.fround(f(x[i] as number, y[i] as number))))
          throw new Error(`${op}(${x[i]}, ${y[i]}) = ${value}`);
      });
    }
    const c = Float32Array.from(x, (_, i) => elementAt([0, -0, 1, Number.NaN, -3], i % 5));
    const z = apply(node("where", [0, 1, 2]), relaxed, c, x, y);
    z.forEach((value, i) => {
      if (!Object.is(value, c[i] !== 0 ? x[i] : y[i]))
        throw new Error(`where(${c[i]}, ${x[i]}, ${y[i]}) = ${value}`);
    });
  });
});
