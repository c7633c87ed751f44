import { eye, jvp, matmul, mean, mul, random, sum, type Tensor, transpose } from "@scoretape/autograd";
import { probes } from "@scoretape/score";

const d = 8;
const count = 64;
const key = random.key(d);

// A linear score s(x) = Jx, and the product vᵀJv with each probe v.
const jacobian = mul(1 / Math.sqrt(d), random.normal(random.foldIn(key, 0), [d, d]));
const score = (x: Tensor): Tensor => matmul(x, transpose(jacobian));
const v = probes.rademacher(random.foldIn(key, 1), [count, d]);
const x = random.normal(random.foldIn(key, 2), [count, d]);
const [, products] = jvp(score, [x], [v]);

console.log("trace", sum(mul(eye(d), jacobian)).item());
console.log("mean", mean(sum(mul(v, products), { axis: 1 })).item());
