import { div, mean, mul, neg, random, square, sub, sum, type Tensor, tensor } from "@scoretape/autograd";
import { data, exactScoreMatching, fisherDivergence } from "@scoretape/score";

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

const centre = tensor([2, -2]);
const deviation = 1;
const score = (at: Tensor): Tensor => div(neg(sub(at, centre)), deviation ** 2);

// E[½‖s‖² + tr J] from points alone, and D(s) − ½E‖∇log p‖², which needs the score.
const objective = exactScoreMatching(score, x);
const scoreless = mean(mul(0.5, sum(square(known(x)), { axis: 1 })));
console.log("objective", objective.item());
console.log("shifted", sub(fisherDivergence(score, known, x), scoreless).item());
