import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type GpuProgramBackend, gpu } from "../../src/gpu.ts";
import {
  cast,
  compile,
  cos,
  erf,
  expm1,
  log1p,
  logisticDensity,
  normalCdf,
  pow,
  random,
  read,
  sechSquared,
  sigmoid,
  sin,
  softplus,
  type Tensor,
  tanh,
  tensor,
} from "../../src/index.ts";
import { modes } from "../support/gpu.ts";

/** From −1 to 1, denser towards 0. */
const unit = Array.from({ length: 801 }, (_, i) => ((i - 400) / 400) ** 3);
const all = unit.map((u) => 100 * u);

const functions: Readonly<Record<string, readonly [f: (x: Tensor) => Tensor, at: readonly number[]]>> = {
  tanh: [tanh, all],
  erf: [erf, all],
  expm1: [expm1, unit.map((u) => 60 * u)],
  log1p: [log1p, unit.map((u) => (u < 0 ? 0.999 * u : 1000 * u))],
  softplus: [softplus, all.filter((x) => x > -60)],
  sigmoid: [sigmoid, all.filter((x) => x > -60)],
  logisticDensity: [logisticDensity, unit.map((u) => 60 * u)],
  sechSquared: [sechSquared, unit.map((u) => 30 * u)],
  normalCdf: [normalCdf, all.filter((x) => x > -9)],
  "a whole power": [(x) => pow(x, 5), unit.map((u) => 3 * u)],
  "a fractional power": [(x) => pow(x, 1.5), unit.filter((u) => u > 0)],
};

describe.each(modes)("on $mode", ({ mode }) => {
  let backend: GpuProgramBackend;

  beforeAll(async () => {
    backend = await gpu({ mode, allowSoftware: true });
  });

  afterAll(async () => {
    await backend.dispose();
  });

  async function here(f: (x: Tensor) => Tensor, x: Tensor): Promise<Tensor> {
    const compiled = compile(f, { backend });
    const result = await read(await compiled(x));
    compiled.dispose();
    return result;
  }

  // A GPU's own e^x may be off by some |x|/2 ulp: 4e-6 at |x| = 60.
  test.each(Object.entries(functions))(
    "%s keeps its relative accuracy, near 0 and in its tails",
    async (name, [f, at]) => {
      const x = tensor([...at]);
      const expected = f(cast(x, "float64"));
      const actual = await here(f, x);
      at.forEach((point, i) => {
        const [found = Number.NaN, due = 0] = [actual.data[i], expected.data[i]];
        expect(Math.abs(found - due), `${name}(${point})`).toBeLessThanOrEqual(5e-6 * Math.abs(due) + 1e-36);
      });
    },
  );

  const huge = Array.from({ length: 900 }, (_, i) => (1 + ((i * 0.6180339887) % 1)) * 2 ** (16 + (i % 112)));

  test.each([
    [1e3, 3e-7, all.map((angle) => 10 * angle)],
    [1e5, 3e-7, all.map((angle) => 1e3 * angle)],
    ["the largest", 4e-6, huge.flatMap((angle) => [angle, -angle])],
  ])("sine and cosine of angles up to %s are within %s, and never beyond 1", async (_, tolerance, angles) => {
    const x = tensor(angles);
    for (const f of [sin, cos]) {
      const expected = f(cast(x, "float64"));
      const actual = await here(f, x);
      actual.data.forEach((value, i) => {
        const what = `${f.op.name}(${x.data[i]}) = ${value}`;
        expect(Math.abs(value), what).toBeLessThanOrEqual(1);
        expect(Math.abs(value - (expected.data[i] ?? Number.NaN)), what).toBeLessThanOrEqual(tolerance);
      });
    }
  });

  test("the same bits are drawn, and normals to the last digits", async () => {
    for (const seed of [1, 2 ** 32 - 1]) {
      const key = random.key(seed);
      const shape = [37, 41];
      const draws = compile(
        (k: Tensor) =>
          [random.uniform(k, shape), random.rademacher(k, shape), random.normal(k, shape)] as const,
        { backend },
      );
      const [uniform, signs, normals] = await read(await draws(key));
      expect([...uniform.data]).toEqual([...random.uniform(key, shape).data]);
      expect([...signs.data]).toEqual([...random.rademacher(key, shape).data]);
      const expected = random.normal(key, shape);
      normals.data.forEach((value, i) => {
        expect(Math.abs(value / (expected.data[i] ?? 0) - 1)).toBeLessThanOrEqual(1e-6);
      });
      draws.dispose();
    }
  });
});
