import {
  add,
  compile,
  mul,
  optim,
  random,
  scan,
  type Tensor,
  type Tree,
  tensor,
  valueAndGrad,
  zeros,
} from "@scoretape/autograd";
import { langevin, noiseConditionalMlp, noiseLevelObjective, train } from "@scoretape/score";
import type { Case, Suite } from "./suite.ts";
import { timeOf } from "./time.ts";

interface Size {
  readonly hidden: readonly number[];
  readonly batch: number;
}

const sizes: readonly Size[] = [
  { hidden: [64, 64], batch: 256 },
  { hidden: [32, 32], batch: 64 },
];

const sigmas = [2, 1, 0.5];
const objective = noiseLevelObjective("sliced-vr", sigmas);
const LEARNING_RATE = 1e-3;
/** Steps of a call of a control. */
const STEPS_PER_CALL = 10;
/** What steps cost apart from the start is the difference of a long and a short job. */
const SHORT = 200;
const LONG = 700;

/**
 * What a user waits for beside the program: a step of a job as it is called, and that step in its control, a program of
 * many such steps that is replayed on the same batches without any work of the host. Goals: 1.15 times for training at
 * 64-64, 1.3 at 32-32, 1.1 for Langevin steps.
 */
export const jobs: Suite = {
  name: "jobs",
  seconds: 60,
  title: "a step of a training and of Langevin chains as they are called; over a program alone",
  cases: () => sizes.flatMap((size) => [...trainingCases(size), ...langevinCases(size)]),
};

function trainingCases({ hidden, batch }: Size): Case[] {
  const model = noiseConditionalMlp({ dimension: 2, hidden });
  const data = random.normal(random.key(0), [2000, 2]);
  const job = async (steps: number): Promise<void> => {
    await train({
      ...{ model, objective, data, key: random.key(1), steps, batchSize: batch },
      ...{ learningRate: LEARNING_RATE, validationFraction: 0, checkpointEvery: LONG },
    });
  };
  const optimizer = optim.chain(optim.clipByGlobalNorm(10), optim.adamw({ learningRate: LEARNING_RATE }));
  const average = optim.ema(0.999);
  type Parameters = ReturnType<typeof model.init>;
  type State = readonly [Parameters, readonly Tree[], optim.EmaState<Parameters>];
  const loss = (parameters: Parameters, x: Tensor, key: Tensor): Tensor =>
    objective((y, sigma) => model.apply(parameters, y, sigma), x, key);
  const batches = random.normal(random.key(2), [STEPS_PER_CALL, batch, 2]);
  const numbers = tensor(new Uint32Array(STEPS_PER_CALL).map((_, i) => i));
  const key = random.key(3);
  const program = compile(
    (state: State) =>
      scan<State, readonly [Tensor, Tensor], Tensor>(
        ([parameters, moments, averages], [number, x]) => {
          const [value, gradient] = valueAndGrad(loss)(parameters, x, random.foldIn(key, number));
          const [updates, next] = optimizer.update(gradient, moments, parameters);
          const moved = optim.applyUpdates(parameters, updates);
          return [[moved, next, average.update(moved, averages)[1]], value];
        },
        state,
        [numbers, batches],
      ),
    { donate: [0] },
  );
  const first = model.init(random.key(4));
  let state: State = [first, optimizer.init(first), average.init(first)];
  return besideControl(`train ${hidden.join("-")}, batch ${batch}`, job, () => {
    [state] = program(state);
  });
}

function langevinCases({ hidden, batch }: Size): Case[] {
  const model = noiseConditionalMlp({ dimension: 2, hidden });
  const parameters = model.init(random.key(5));
  const score = (x: Tensor): Tensor => model.apply(parameters, x, 1);
  const start = zeros([batch, 2]);
  const [stepSize, key] = [0.01, random.key(6)];
  const job = async (steps: number): Promise<void> => {
    langevin(score, start, { stepSize, steps, key });
  };
  const numbers = tensor(new Uint32Array(STEPS_PER_CALL).map((_, i) => i));
  const program = compile(
    (x: Tensor) =>
      scan<Tensor, Tensor, readonly []>(
        (before, number) => {
          const noise = random.normal(random.foldIn(key, number), before.shape);
          const next = add(before, add(mul(0.5 * stepSize, score(before)), mul(stepSize ** 0.5, noise)));
          return [next, []];
        },
        x,
        numbers,
      )[0],
    { donate: [0] },
  );
  let x = start;
  return besideControl(`Langevin ${hidden.join("-")}, ${batch} chains`, job, () => {
    x = program(x);
  });
}

/** A step of a job, that of its control, and the first over the second, both timed one right after the other. */
function besideControl(row: string, job: (steps: number) => Promise<void>, control: () => void): Case[] {
  const perStep = async (): Promise<number> => {
    const spent = async (steps: number): Promise<number> => {
      const start = performance.now();
      await job(steps);
      return performance.now() - start;
    };
    const [short, long] = [await spent(SHORT), await spent(LONG)];
    return (1e6 * (long - short)) / (LONG - SHORT);
  };
  return [
    { row, column: "step", unit: "µs", measure: async () => (await perStep()) / 1e3 },
    {
      row,
      column: "over its control",
      unit: "times",
      measure: async (effort) => (await perStep()) / ((await timeOf(control, effort)) / STEPS_PER_CALL),
    },
  ];
}
