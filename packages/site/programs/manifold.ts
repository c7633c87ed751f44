import { add, grad, matmul, mul, neg, random, sub, type Tensor, zeros } from "@scoretape/autograd";
import { data, exactScoreMatching } from "@scoretape/score";

// Try 0.3: then the loss ends near −½(1/(1 + σ²) + 1/σ²).
const sigma = 0;

const line = data.line({ direction: [1, 0.5], profile: "normal" });
const clean = line.sample(random.key(0), 500);
const x = add(clean, mul(sigma, random.normal(random.key(1), clean.shape)));

// The score −Ax, by gradient descent.
const loss = (A: Tensor): Tensor => exactScoreMatching((at) => neg(matmul(at, A)), x);
const slope = grad(loss);
let A = zeros([2, 2]);
for (let step = 0; step < 200; step++) {
  if (step % 50 === 0) console.log("after", step, "steps", loss(A).item());
  A = sub(A, mul(0.5, slope(A)));
}
console.log("loss", loss(A).item());
