import { random, type Tensor } from "@scoretape/autograd";
import { data, eulerMaruyama, timeConditional, variancePreserving } from "@scoretape/score";

const process = variancePreserving();
const p = data.eightGaussians;
const score = timeConditional((x: Tensor, sigma) => p.score(x, sigma), process);
const start = process.prior.sample(random.key(0), [400, 2]);
const { samples, trajectory } = eulerMaruyama(score, start, process, {
  steps: 200,
  key: random.key(1),
  trajectory: 5,
});

console.log("frames", trajectory.length);
console.log("the first of 400 points", ...samples.data.slice(0, 2));
