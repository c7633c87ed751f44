import { type Tensor, tensor } from "@scoretape/autograd";
import { data, heun, logLikelihood, timeConditional, variancePreserving } from "@scoretape/score";

const p = data.gaussianMixture({
  weights: [1, 1, 1],
  means: [
    [-1.8, -1],
    [1.8, -1],
    [0, 1.9],
  ],
  standardDeviations: 0.35,
});
const process = variancePreserving();
const score = timeConditional((x: Tensor, sigma) => p.score(x, sigma), process);
const x = tensor([[-2.4, 0.2]]);

const { nats, latent } = logLikelihood(score, x, process, { solver: heun({ steps: 80 }) });
console.log("nats", nats.item());
console.log("latent", ...latent.data);
console.log("log density of the data:", p.logDensity(x).item());
