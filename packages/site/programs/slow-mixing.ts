import { random, tensor } from "@scoretape/autograd";
import { data, langevin, modeWeights } from "@scoretape/score";

const modes = [
  [-2, -2],
  [2, 2],
];
const p = data.gaussianMixture({ weights: [4, 1], means: modes, standardDeviations: 0.5 });
const start = random.uniform(random.key(0), [500, 2], { low: -4, high: 4 });
const { samples } = langevin((x) => p.score(x), start, { stepSize: 0.05, steps: 1000, key: random.key(1) });

// The larger mode has the weight 0.8.
const [larger] = modeWeights(samples, tensor(modes));
console.log("weight", larger?.weight);
