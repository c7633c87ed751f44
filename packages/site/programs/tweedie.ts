import { type Tensor, tensor } from "@scoretape/autograd";
import { data, tweedie, tweedieCovariance } from "@scoretape/score";

const p = data.gaussianMixture({
  weights: [1, 1, 1],
  means: [
    [-1.8, -1],
    [1.8, -1],
    [0, 1.9],
  ],
  standardDeviations: 0.35,
});
const sigma = 1;
const y = tensor([[0.6, -0.4]]);
const score = (x: Tensor): Tensor => p.score(x, sigma);

console.log("mean", ...tweedie(score, y, sigma).data);
console.log("covariance", ...tweedieCovariance(score, y, sigma).data);
