import {
  compile,
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
  diffusionObjective,
  exactScoreMatching,
  noiseLevelObjective,
  objectiveNames,
  probes,
  type Score,
  type ScoreWithDivergence,
  scoreOf,
  variancePreserving,
} from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { losses } from "./support/losses.ts";

const net = nn.mlp([3, 16, 16, 3]);
const energyNet = nn.mlp([3, 16, 1], { activation: "tanh" });
type Parameters = ReturnType<typeof net.init>;

/** On the reference backend, and with it all that is computed from it. */
const x = tensor(random.normal(random.key(1), [21, 3]).data, { shape: [21, 3], backend: js });
const key = random.key(3);
/** The score of a learned energy, which takes an inner gradient. */
const energyParameters = energyNet.init(random.key(4));
const energyScore: Score = scoreOf((y) => reshape(energyNet.apply(energyParameters, y), [-1]));

/** What is compiled: noise and probes are drawn in the program. */
type Objective = (score: Score, y: Tensor, k: Tensor, withDivergence: ScoreWithDivergence) => Tensor;

const objectives: Record<string, Objective> = {
  ...Object.fromEntries(
    Object.entries(losses).map(([name, { of, run, levels }]): [string, Objective] => [
      name,
      (s, y, k) =>
        run({
          model: of === "energy" ? (z) => sum(s(z), { axis: 1 }) : (z) => s(z),
          x: y,
          noise: random.normal(random.foldIn(k, 0), y.shape),
          probes: probes.gaussian(random.foldIn(k, 1), [2, ...y.shape]),
          level: levels.good[0],
          known: energyScore,
        }),
    ]),
  ),
  "exactScoreMatching, with the network's divergence": (_score, y, _key, withDivergence) =>
    exactScoreMatching(withDivergence, y),
  diffusionObjective: (s, y, k) => diffusionObjective(variancePreserving())((z) => s(z), y, k),
  ...Object.fromEntries(
    objectiveNames.map((name): [string, Objective] => [
      `noiseLevelObjective, ${name}`,
      (s, y, k) => noiseLevelObjective(name, [2, 1, 0.5])((z) => s(z), y, k),
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
