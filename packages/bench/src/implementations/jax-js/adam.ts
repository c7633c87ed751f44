import { blockUntilReady, jit, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import { euclideanNorm, trainingWork, type Work } from "../../worker/work.ts";

/** How parameters are trained. */
export interface Course {
  readonly learningRate: number;
  readonly beta2: number;
  /** δ of a moving average of the parameters; none is kept where it is not given. */
  readonly averageDecay?: number;
  /** Whether the step is one program under `jit`. */
  readonly isCompiled: boolean;
  readonly notes?: readonly string[];
}

/** A loss of parameters on a batch; uses up both. */
export type Loss = (parameters: np.Array[], ...batch: np.Array[]) => np.Array;

const BETA1 = 0.9;

/** Steps of Adam (Kingma & Ba 2015, algorithm 1) on batches in turn, from parameters that it uses up. */
export function adamWork(
  lossAt: Loss,
  start: np.Array[],
  batches: readonly np.Array[][],
  { learningRate, beta2, averageDecay, isCompiled, notes = [] }: Course,
): Work {
  const gradient = valueAndGrad(lossAt);
  // The decay of the averages comes as two scalars, the weight of the new parameters as a third.
  const advance = (state: State, [decay1, decay2, weight]: Scalars, batch: np.Array[]): [np.Array, State] => {
    const [loss, g] = gradient(tree.ref(state.parameters), ...batch);
    const mean = pairwise(state.mean, tree.ref(g), (m, gi) => m.mul(BETA1).add(gi.mul(1 - BETA1)));
    const squared = pairwise(state.squared, g, (s, gi) => s.mul(beta2).add(np.square(gi).mul(1 - beta2)));
    const spreads = tree.ref(squared).map((s) => np.sqrt(s.div(decay2.ref)).add(1e-8));
    const moves = pairwise(tree.ref(mean), spreads, (m, spread) => m.div(decay1.ref).div(spread));
    const parameters = pairwise(state.parameters, moves, (p, move) => p.sub(move.mul(learningRate)));
    const average = pairwise(state.average, parameters, (a, p) => a.ref.add(p.ref.sub(a).mul(weight.ref)));
    tree.dispose([decay1, decay2, weight]);
    return [loss, { parameters, mean, squared, average }];
  };
  const step = isCompiled ? jit(advance) : advance;
  const zeros = (): np.Array[] => start.map((p) => np.zerosLike(p.ref));
  let state: State = {
    mean: zeros(),
    squared: zeros(),
    average: averageDecay === undefined ? [] : tree.ref(start),
    parameters: start,
  };
  const batchAt = (i: number): np.Array[] => {
    const batch = batches[i];
    if (batch === undefined) throw new RangeError(`no batch ${i}`);
    return tree.ref(batch);
  };
  let loss: np.Array | null = null;
  let t = 0;
  const training = {
    async step(i: number) {
      t += 1;
      loss?.dispose();
      const weight = averageDecay === undefined ? 0 : (1 - averageDecay) / (1 - averageDecay ** t);
      const scalars: Scalars = [np.array(1 - BETA1 ** t), np.array(1 - beta2 ** t), np.array(weight)];
      [loss, state] = step(state, scalars, batchAt(i));
      // As its documentation recommends for iterations.
      await blockUntilReady([loss, state.parameters]);
    },
    loss: async () => scalarOf(loss),
    // The mean of the gradients after the first step is a tenth of the gradient.
    gradientNorms: () => Promise.all(state.mean.map(async (m) => 10 * euclideanNorm(await m.ref.data()))),
  };
  const averageLoss = (): Promise<number> =>
    scalarOf((isCompiled ? jit(lossAt) : lossAt)(tree.ref(state.average), ...batchAt(0)));
  return trainingWork(
    batches.length,
    averageDecay === undefined ? training : { ...training, averageLoss },
    notes,
  );
}

type State = { parameters: np.Array[]; mean: np.Array[]; squared: np.Array[]; average: np.Array[] };
type Scalars = [np.Array, np.Array, np.Array];

/** f of two lists, which has as many values as the first; uses up the first. */
function pairwise(a: np.Array[], b: np.Array[], f: (x: np.Array, y: np.Array) => np.Array): np.Array[] {
  return a.map((x, i) => f(x, b[i] as np.Array));
}

async function scalarOf(scalar: np.Array | null): Promise<number> {
  const [value = Number.NaN] = await (scalar?.ref.data() ?? []);
  return value;
}
