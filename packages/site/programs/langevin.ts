import { neg, random, variance, zeros } from "@scoretape/autograd";
import { langevin } from "@scoretape/score";

// The score of N(0, 1) is −x. Chains with the step size ε have the variance 1/(1 − ε/4).
const stepSize = 0.5;
const { samples } = langevin(neg, zeros([2000, 1]), { stepSize, steps: 500, key: random.key(0) });

console.log("measured", variance(samples).item());
console.log("expected", 1 / (1 - stepSize / 4));
