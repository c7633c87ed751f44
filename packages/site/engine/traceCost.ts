import { nn, random, type Tensor, valueAndGrad } from "@scoretape/autograd";
import { exactScoreMatching, probes, slicedScoreMatchingVR } from "@scoretape/score";

const [ROWS, WIDTH, REPEATS] = [32, 32, 3];
const DIMENSIONS = [2, 4, 8, 16, 32, 64];

/** The shortest of some runs, in milliseconds. */
function timed(run: () => unknown): number {
  run();
  const times = Array.from({ length: REPEATS }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return Math.min(...times);
}

/** What a loss and its gradient take on this machine, by the exact trace and by one probe; nothing before it was asked for. */
export function traceCost({ run }: { readonly run: number }) {
  if (run === 0) return [];
  return DIMENSIONS.map((d) => {
    const network = nn.mlp([d, WIDTH, WIDTH, d], { activation: "tanh" });
    const parameters = network.init(random.key(0));
    const x = random.normal(random.key(1), [ROWS, d]);
    const v = probes.rademacher(random.key(2), [ROWS, d]);
    const exact = valueAndGrad(
      (own: typeof parameters): Tensor => exactScoreMatching((at) => network.apply(own, at), x),
    );
    const sliced = valueAndGrad(
      (own: typeof parameters): Tensor => slicedScoreMatchingVR((at) => network.apply(own, at), x, v),
    );
    return {
      dimension: d,
      exact: timed(() => exact(parameters)),
      sliced: timed(() => sliced(parameters)),
    };
  });
}
