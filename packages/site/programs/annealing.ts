import { random, tensor } from "@scoretape/autograd";
import { annealedLangevin, data, geometricSchedule, langevin, modeWeights } from "@scoretape/score";

const modes = [
  [-2, -2],
  [2, 2],
];
const p = data.gaussianMixture({ weights: [4, 1], means: modes, standardDeviations: 0.5 });
const start = random.uniform(random.key(0), [500, 2], { low: -4, high: 4 });
const key = random.key(1);

const plain = langevin((x) => p.score(x), start, { stepSize: 0.05, steps: 1000, key });
const annealed = annealedLangevin((x, sigma) => p.score(x, sigma), start, {
  sigmas: geometricSchedule(5, 0.1, 10),
  stepSize: 0.002,
  stepsPerLevel: 100,
  key,
});

// The larger mode has the weight 0.8.
console.log("plain", modeWeights(plain.samples, tensor(modes))[0]?.weight);
console.log("annealed", modeWeights(annealed.samples, tensor(modes))[0]?.weight);
