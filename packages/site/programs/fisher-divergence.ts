import { div, grad, neg, random, sub, type Tensor, tensor } from "@scoretape/autograd";
import { data, fisherDivergence } from "@scoretape/score";

const p = data.gaussianMixture({
  weights: [2, 1],
  means: [
    [-1, -0.4],
    [1.3, 0.8],
  ],
  standardDeviations: 0.7,
});
const x = p.sample(random.key(0), 2000);
const known = (at: Tensor): Tensor => p.score(at);

// The model N(μ, τ²I) has the score −(x − μ)/τ².
const deviation = 1;
const divergence = (mean: Tensor): Tensor =>
  fisherDivergence((at) => div(neg(sub(at, mean)), deviation ** 2), known, x);

const mean = tensor([2, -2]);
console.log("divergence", divergence(mean).item());
console.log("gradient", ...grad(divergence)(mean).data);
