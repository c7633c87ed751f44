import { nn, random, type Tensor, valueAndGrad } from "@scoretape/autograd";
import { exactScoreMatching, probes, slicedScoreMatchingVR } from "@scoretape/score";

for (const d of [4, 16, 64]) {
  const network = nn.mlp([d, 32, 32, d], { activation: "tanh" });
  const parameters = network.init(random.key(0));
  const x = random.normal(random.key(1), [32, d]);
  const v = probes.rademacher(random.key(2), [32, d]);
  const score = (own: typeof parameters) => (at: Tensor) => network.apply(own, at);

  const start = performance.now();
  const [exact] = valueAndGrad((own: typeof parameters) => exactScoreMatching(score(own), x))(parameters);
  const between = performance.now();
  const [sliced] = valueAndGrad((own: typeof parameters) => slicedScoreMatchingVR(score(own), x, v))(
    parameters,
  );
  const end = performance.now();
  console.log("d =", d, "exact:", exact.item(), "in", between - start, "ms");
  console.log("d =", d, "sliced:", sliced.item(), "in", end - between, "ms");
}
