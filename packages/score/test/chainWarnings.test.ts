import { concat, mul, neg, random, type Tensor, tensor, zeros } from "@scoretape/autograd";
import { data, type Energy, hmc, type MetropolisSamples, mala } from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { chainWarnings, type FinishedChains } from "../src/samplers/chainWarnings.ts";
import { autoregression } from "./support/autoregression.ts";
import { funnel, standardNormal } from "./support/energies.ts";

/** Four chains of independent draws, of which nothing is to be said. */
const sound: FinishedChains = {
  steps: 200,
  warmedUp: true,
  targetAcceptance: 0.8,
  stepSize: 0.3,
  acceptanceRate: 0.82,
  acceptanceRates: [0.8, 0.84, 0.79, 0.85],
  divergences: 0,
  trajectory: statesOf(autoregression(1, 0, 200, 4)),
};

/** The states of chains, [steps, chains, d]. */
function statesOf(trajectory: Tensor): Tensor[] {
  const [steps = 0, chains = 0, d = 0] = trajectory.shape;
  const size = chains * d;
  return Array.from({ length: steps }, (_, t) =>
    tensor(trajectory.data.slice(t * size, (t + 1) * size), { dtype: "float64", shape: [chains, d] }),
  );
}

const found = (changes: Partial<FinishedChains>): string[] => chainWarnings("hmc", { ...sound, ...changes });

describe("what is said", () => {
  test("nothing of sound chains", () => expect(found({})).toEqual([]));

  test("divergences, from one on", () => {
    expect(found({ divergences: 3 })).toEqual([
      "hmc: divergences are 3 of 800 proposals, above 0: the step is too long where E bends most, and the chains " +
        "leave such places out; take a targetAcceptance above 0.8, or other coordinates",
    ]);
    expect(found({ divergences: 1, warmedUp: false })).toEqual([
      expect.stringContaining("take a stepSize below 0.3, or a warm-up with a targetAcceptance above 0.8"),
    ]);
  });

  test("a rate of acceptance below half of its target", () => {
    expect(found({ acceptanceRate: 0.4 })).toEqual([]);
    expect(found({ acceptanceRate: 0.39 })).toEqual([
      "hmc: acceptanceRate is 0.39, below 0.4, half of the target; give the warm-up more steps",
    ]);
    expect(found({ acceptanceRate: 0.39, warmedUp: false })).toEqual([
      expect.stringContaining("take a smaller stepSize, or a warm-up"),
    ]);
    // 80 proposals.
    expect(found({ acceptanceRate: 0.1, steps: 20, trajectory: [] })).toEqual([]);
  });

  test("a rate of acceptance far above its target, where a warm-up aimed at that", () => {
    expect(found({ acceptanceRate: 0.97 })).toEqual([]);
    expect(found({ acceptanceRate: 0.99 })).toEqual([
      expect.stringContaining("acceptanceRate is 0.99, above 0.98, after a warm-up that aimed at 0.8"),
    ]);
    expect(found({ acceptanceRate: 0.99, warmedUp: false })).toEqual([]);
  });

  test("a chain that hardly moves", () => {
    expect(found({ acceptanceRates: [0.9, 0.2, 0.9, 0.9] })).toEqual([]);
    expect(found({ acceptanceRates: [0.9, 0.9, 0.1, 0.9], steps: 99 })).toEqual([]);
    expect(found({ acceptanceRates: [0.9, 0.9, 0.19, 0.9] })).toEqual([
      expect.stringContaining("acceptanceRate of chain 2 is 0.19, below 0.2, a quarter of the target"),
    ]);
  });

  test("R̂ and effective sample sizes, of the worst coordinate", () => {
    const good = statesOf(autoregression(2, 0, 200, 4));
    const bad = statesOf(autoregression(3, 0.9, 200, 4));
    const worse = statesOf(autoregression(4, 0.97, 200, 4));
    const trajectory = good.map((state, t) =>
      concat([state, ...[bad[t], worse[t]].flatMap((each) => each ?? [])], 1),
    );
    const warnings = found({ trajectory });
    expect(warnings).toEqual([
      expect.stringMatching(
        /^hmc: R̂ of coordinate 2 is 1\.\d+ \(1 more are beyond the bound\), above 1\.01: /,
      ),
      expect.stringMatching(
        /^hmc: the bulk effective sample size of coordinate 2 is \d.*, below 400, 100 for each/,
      ),
      expect.stringMatching(
        /^hmc: the tail effective sample size of coordinate 2 is \d.*, below 400, 100 for each/,
      ),
    ]);
    expect(found({ trajectory: trajectory.slice(0, 99) })).toEqual([]);
  });

  test("a coordinate that never changes", () => {
    const trajectory = sound.trajectory.map((state) => concat([mul(0, state), state], 1));
    expect(found({ trajectory })).toEqual([
      "hmc: coordinate 0 is the same in every state of every chain; look at E along it",
    ]);
  });
});

describe("of chains as they run", () => {
  const modes = data.gaussianMixture({
    weights: [0.5, 0.5],
    means: [
      [-8, -8],
      [8, 8],
    ],
    standardDeviations: 1,
  });

  function runs(energy: Energy, x0: Tensor, seed: number, steps: number): Record<string, MetropolisSamples> {
    const options = { stepSize: 0.5, warmUpSteps: 200, trajectory: 1, key: random.key(seed) };
    return {
      hmc: hmc(energy, x0, { ...options, steps, leapfrogSteps: [3, 7] }),
      mala: mala(energy, x0, { ...options, steps: 2 * steps }),
    };
  }

  // Sizes are 450 a chain and more, so that one false alarm in 1,000 such runs is expected.
  test.each([0, 1, 2, 3, 4, 5])("no warning on a normal target (seed %d)", (seed) => {
    const x0 = random.normal(random.key(100 + seed), [4, 2]);
    for (const { warnings } of Object.values(runs(standardNormal, x0, seed, 600)))
      expect(warnings).toEqual([]);
  });

  test("a funnel is seen by R̂, sizes and divergences, modes far apart by R̂ and sizes", () => {
    const inFunnel = Object.values(runs(funnel, random.normal(random.key(7), [4, 10]), 1, 500));
    for (const { warnings } of inFunnel) expect(warnings.join()).toMatch(/R̂ .* bulk .* tail /);
    expect(inFunnel.flatMap(({ warnings }) => warnings).join()).toContain("divergences are");
    const starts = tensor([
      [-8, -8],
      [8, 8],
      [-8, -8],
      [8, 8],
    ]);
    const inModes = runs((x) => neg(modes.logDensity(x)), starts, 1, 300);
    for (const [name, { warnings }] of Object.entries(inModes)) {
      expect(warnings.join()).toMatch(new RegExp(`^${name}: R̂ .* annealedLangevin.* bulk `));
    }
  });

  test("a step that is far too long, without a trajectory", () => {
    const options = { stepSize: 1000, steps: 200, key: random.key(1) };
    expect(mala(standardNormal, zeros([4, 2]), options).warnings).toEqual([
      "mala: acceptanceRate is 0, below 0.29, half of the target; take a smaller stepSize, or a warm-up",
      expect.stringContaining("mala: divergences are"),
    ]);
  });

  test("they are found once, and are written with the rest", () => {
    const result = mala(standardNormal, zeros([4, 2]), { stepSize: 9, steps: 200, key: random.key(1) });
    expect(result.warnings).toBe(result.warnings);
    expect(JSON.parse(JSON.stringify(result)).warnings).toEqual(result.warnings);
  });
});
