import { nn, optim, random, slice, type Tensor, valueAndGrad } from "@scoretape/autograd";
import { data, probes, slicedScoreMatching } from "@scoretape/score";
import { heapInUse } from "../heap.ts";
import type { Case, Suite } from "../suite.ts";
import { timeOf } from "../time.ts";

/** Hidden width and batch size of the networks. */
const sizes = [
  [128, 256],
  [32, 64],
] as const;

/** Whole steps of a training: probes, loss, gradient, Adam. */
export const training: Suite = {
  name: "training",
  title:
    "Eager step of an MLP with softplus, sliced score matching and Adam; heap growth: over all the steps of a\n" +
    "round, of which V8 itself makes up to some 300 kB either way",
  cases: () => {
    const trainings = sizes.map(([hidden, batch]) => ({
      row: `2-${hidden}-${hidden}-2, batch ${batch}`,
      step: trainer([2, hidden, hidden, 2], batch),
    }));
    // The forced collections come last in a round, where no timing follows at once.
    return [
      ...trainings.map(({ row, step }) => stepTime(row, step)),
      ...trainings.map(({ row, step }) => heapGrowth(row, step)),
    ];
  },
};

function stepTime(row: string, step: () => void): Case {
  return {
    row,
    column: "step",
    unit: "ms",
    measure: async (effort) => (await timeOf(step, effort)) / 1e6,
  };
}

function heapGrowth(row: string, step: () => void): Case {
  return {
    row,
    column: "heap growth",
    unit: "B a step",
    measure: async ({ heapTime }) => {
      const before = heapInUse();
      const end = performance.now() + heapTime / 1e6;
      let steps = 0;
      do {
        step();
        steps += 1;
      } while (performance.now() < end);
      return (heapInUse() - before) / steps;
    },
  };
}

/** A training as a function that makes its next step. Throws when the loss is not finite. */
function trainer(widths: readonly number[], batch: number): () => void {
  const net = nn.mlp(widths, { activation: "softplus" });
  const adam = optim.adam({ learningRate: 1e-3 });
  const gradient = valueAndGrad((params: ReturnType<typeof net.init>, x: Tensor, v: Tensor) =>
    slicedScoreMatching((y) => net.apply(params, y), x, v),
  );
  const batches = 16;
  const points = data.eightGaussians.sample(random.key(1), batches * batch);
  const key = random.key(2);
  let params = net.init(random.key(3));
  let state = adam.init(params);
  let step = 0;
  return () => {
    const start = (step % batches) * batch;
    const x = slice(points, [start, 0], [start + batch, 2]);
    const v = probes.rademacher(random.foldIn(key, step), x.shape);
    const [loss, grads] = gradient(params, x, v);
    if (!Number.isFinite(loss.item())) {
      throw new RangeError(`training: the loss of ${widths.join("-")} is ${loss.item()} at step ${step}`);
    }
    const [updates, next] = adam.update(grads, state, params);
    params = optim.applyUpdates(params, updates);
    state = next;
    step += 1;
  };
}
