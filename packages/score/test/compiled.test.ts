import {
  compile,
  dot,
  grad,
  js,
  nn,
  random,
  reshape,
  sum,
  type Tensor,
  tensor,
  tree,
  wasm,
} from "@scoretape/autograd";
import {
  denoisingScoreMatching,
  type Energy,
  exactEnergyScoreMatching,
  exactScoreMatching,
  finiteDifferenceSlicedEnergyScoreMatching,
  finiteDifferenceSlicedScoreMatching,
  finiteDifferenceSlicedScoreMatchingVR,
  fisherDivergence,
  multiLevelDenoisingScoreMatching,
  multiLevelSlicedScoreMatching,
  noiseLevelObjective,
  noisySlicedScoreMatching,
  noisySlicedScoreMatchingVR,
  objectiveNames,
  probes,
  type Score,
  type ScoreWithDivergence,
  scoreOf,
  slicedEnergyScoreMatching,
  slicedEnergyScoreMatchingVR,
  slicedScoreMatching,
  slicedScoreMatchingVR,
} from "@scoretape/score";
import { describe, expect, test } from "vitest";

const net = nn.mlp([3, 16, 16, 3]);
const energyNet = nn.mlp([3, 16, 1], { activation: "tanh" });
type Parameters = ReturnType<typeof net.init>;

/** On the reference backend, and with it all that is computed from it. */
const x = tensor(random.normal(random.key(1), [21, 3]).data, { shape: [21, 3], backend: js });
const noise = random.normal(random.key(2), x.shape);
const key = random.key(3);
/** The score of a learned energy, which takes an inner gradient. */
const energyParameters = energyNet.init(random.key(4));
const energyScore: Score = scoreOf((y) => reshape(energyNet.apply(energyParameters, y), [-1]));

/** An energy made from the network that is under test. */
const energyOf =
  (s: Score): Energy =>
  (y) =>
    dot(y, s(y));
/** A difference over a short step magnifies the rounding in which the backends differ. */
const longStep = { stepSize: 0.5 };

/** Each objective as a function of the score, the data and a key, all of it inside the compiled program. */
const objectives: Record<
  string,
  (score: Score, y: Tensor, k: Tensor, withDivergence: ScoreWithDivergence) => Tensor
> = {
  fisherDivergence: (s, y) => fisherDivergence(s, energyScore, y),
  exactScoreMatching: (s, y) => exactScoreMatching(s, y),
  "exactScoreMatching in chunks": (s, y) => exactScoreMatching(s, y, { chunk: 1 }),
  "exactScoreMatching with the network's divergence": (_score, y, _key, withDivergence) =>
    exactScoreMatching(withDivergence, y),
  slicedScoreMatching: (s, y, k) => slicedScoreMatching(s, y, probes.rademacher(k, y.shape)),
  slicedScoreMatchingVR: (s, y, k) => slicedScoreMatchingVR(s, y, probes.gaussian(k, [2, ...y.shape])),
  exactEnergyScoreMatching: (s, y) => exactEnergyScoreMatching(energyOf(s), y),
  slicedEnergyScoreMatching: (s, y, k) =>
    slicedEnergyScoreMatching(energyOf(s), y, probes.rademacher(k, y.shape)),
  slicedEnergyScoreMatchingVR: (s, y, k) =>
    slicedEnergyScoreMatchingVR(energyOf(s), y, probes.gaussian(k, [2, ...y.shape])),
  finiteDifferenceSlicedScoreMatching: (s, y, k) =>
    finiteDifferenceSlicedScoreMatching(s, y, probes.rademacher(k, y.shape), longStep),
  finiteDifferenceSlicedScoreMatchingVR: (s, y, k) =>
    finiteDifferenceSlicedScoreMatchingVR(s, y, probes.gaussian(k, [2, ...y.shape]), longStep),
  finiteDifferenceSlicedEnergyScoreMatching: (s, y, k) =>
    finiteDifferenceSlicedEnergyScoreMatching(
      (z) => sum(s(z), { axis: 1 }),
      y,
      probes.sphere(k, y.shape),
      longStep,
    ),
  denoisingScoreMatching: (s, y, k) => denoisingScoreMatching(s, y, random.normal(k, y.shape), 0.3),
  "denoisingScoreMatching with its control variate": (s, y, k) =>
    denoisingScoreMatching(s, y, random.normal(k, y.shape), 0.3, { controlVariate: true, weight: 0.09 }),
  noisySlicedScoreMatching: (s, y, k) =>
    noisySlicedScoreMatching(s, y, noise, 0.5, probes.rademacher(k, y.shape)),
  noisySlicedScoreMatchingVR: (s, y, k) =>
    noisySlicedScoreMatchingVR(s, y, noise, 0.5, probes.gaussian(k, [2, ...y.shape])),
  multiLevelDenoisingScoreMatching: (s, y) => multiLevelDenoisingScoreMatching((z) => s(z), y, noise, 0.5),
  multiLevelSlicedScoreMatching: (s, y, k) =>
    multiLevelSlicedScoreMatching((z) => s(z), y, noise, 0.5, probes.sphere(k, y.shape)),
  ...Object.fromEntries(
    objectiveNames.map((name) => [
      `noiseLevelObjective ${name}`,
      (s: Score, y: Tensor, k: Tensor) => noiseLevelObjective(name, [2, 1, 0.5])((z) => s(z), y, k),
    ]),
  ),
};

describe.each(Object.entries(objectives))("compiled %s", (_name, objective) => {
  const loss = (params: Parameters, y: Tensor, k: Tensor): Tensor =>
    objective(
      (z) => net.apply(params, z),
      y,
      k,
      (z) => net.applyWithDivergence(params, z),
    );
  const params = net.init(random.key(5));
  const eager = [loss(params, x, key), ...tree.leaves(grad(loss)(params, x, key))];

  test("has on the reference kernels the bits of the eager loss and gradient", () => {
    const compiled = [
      compile(loss, { backend: js })(params, x, key),
      ...tree.leaves(compile(grad(loss), { backend: js })(params, x, key)),
    ];
    expect(compiled.map(({ data }) => [...data])).toEqual(eager.map(({ data }) => [...data]));
  });

  test.each([1, 2])("has in WebAssembly their values, on %d threads", (threads) => {
    const backend = wasm({ threads });
    const compiled = [
      compile(loss, { backend })(params, x, key),
      ...tree.leaves(compile(grad(loss), { backend })(params, x, key)),
    ];
    compiled.forEach(({ data }, i) => {
      const expected = eager[i]?.data ?? data;
      const scale = Math.max(1, ...expected.map(Math.abs));
      data.forEach((value, j) => {
        expect(Math.abs(value - (expected[j] ?? 0)) / scale).toBeLessThan(2e-5);
      });
    });
    backend.dispose();
  });
});
