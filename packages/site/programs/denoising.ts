import { random, std, type Tensor } from "@scoretape/autograd";
import { data, denoisingScoreMatching } from "@scoretape/score";

const p = data.gaussianMixture({ weights: [3, 1], means: [[-1.5], [1.5]], standardDeviations: 0.5 });
const sigma = 10 ** -0.5;
const x = p.sample(random.key(0), 4000);
const z = random.normal(random.key(1), [4000, 1]);
const score = (at: Tensor): Tensor => p.score(at, sigma);

console.log("loss", denoisingScoreMatching(score, x, z, sigma).item());
const rows = denoisingScoreMatching(score, x, z, sigma, { controlVariate: true, reduction: "none" });
console.log("controlled", denoisingScoreMatching(score, x, z, sigma, { controlVariate: true }).item());
console.log("controlled-deviation", std(rows).item());
