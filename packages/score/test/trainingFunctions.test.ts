import { compile, type Key, random, type TreeOf, tensor, tree } from "@scoretape/autograd";
import {
  noiseConditionalMlp,
  noiseConditionalUnet,
  noiseLevelObjective,
  noiseMlp,
  preconditioned,
  type TrainingCarry,
  type TrainOptions,
  train,
  trainingFunctions,
} from "@scoretape/score";
import { describe, expect, test } from "vitest";

/** Two programs of one function round alike but for the order of their sums; Adam's first steps are of the size of the rate. */
const [OF_LOSSES, OF_PARAMETERS] = [1e-5, 1e-5];

const shared = {
  objective: noiseLevelObjective("denoising", [2, 0.5]),
  data: random.normal(random.key(1), [40, 4]),
  key: random.key(2),
  steps: 4,
  batchSize: 8,
  validateEvery: 4,
};
const labels = tensor(
  Array.from({ length: 40 }, (_, i) => i % 3),
  { dtype: "uint32" },
);

/** A training by its functions, one compiled program for each. */
function byFunctions<P extends TreeOf<P>>(options: TrainOptions<P>) {
  const { rows, heldOut, validationDraws, keys, start, draw, step, evaluate } = trainingFunctions(options);
  const compiled = compile((carry: TrainingCarry<P>, key: Key) => step(carry, draw(rows, key), key));
  const first = start();
  let carry = first;
  const losses: number[] = [];
  for (let s = 1; s <= options.steps; s++) {
    const [next, { loss }] = compiled(carry, random.foldIn(keys.steps, s));
    carry = next;
    losses.push(loss.item());
  }
  const validation = [first.average.average, carry.average.average].map((averaged) => {
    if (heldOut === null) return 0;
    const draws = Array.from({ length: validationDraws }, (_, i) =>
      evaluate(averaged, heldOut, random.foldIn(keys.validation, i)).item(),
    );
    return draws.reduce((total, loss) => total + loss, 0) / validationDraws;
  });
  return { carry, losses, validation };
}

async function expectTheSame<P extends TreeOf<P>>(options: TrainOptions<P>): Promise<void> {
  const { history, parameters } = await train(options);
  const own = byFunctions(options);
  const pairs = [
    ...own.losses.map((loss, i) => [loss, history.losses[i] ?? Number.NaN] as const),
    ...own.validation.map((loss, i) => [loss, history.validation[i]?.loss ?? Number.NaN] as const),
  ];
  expect(pairs).toHaveLength(6);
  for (const [mine, theirs] of pairs) {
    expect(Math.abs(mine - theirs)).toBeLessThanOrEqual(OF_LOSSES * Math.abs(theirs));
  }
  const theirs = tree.leaves(parameters);
  tree.leaves(own.carry.parameters).forEach(({ data }, i) => {
    data.forEach((value, at) => {
      expect(Math.abs(value - (theirs[i]?.data[at] ?? Number.NaN))).toBeLessThanOrEqual(OF_PARAMETERS);
    });
  });
}

describe("the functions of a training are those that train compiles", () => {
  test("of rows", () =>
    expectTheSame({ ...shared, model: noiseConditionalMlp({ dimension: 4, hidden: [8] }) }));

  test("of rows given numbers", () =>
    expectTheSame({
      ...shared,
      model: preconditioned(noiseMlp({ dimension: 4, given: 2, hidden: [8] })),
      conditions: random.normal(random.key(3), [40, 2]),
    }));

  test("of images of classes, some of which are dropped", () =>
    expectTheSame({
      ...shared,
      model: noiseConditionalUnet({ image: [2, 2, 1], classes: 3, channels: [4], features: 4 }),
      classes: { labels, none: 3, dropout: 0.5 },
    }));
});

test("rows and held-out ones have no row in common, and are all", () => {
  const model = noiseConditionalMlp({ dimension: 4, hidden: [8] });
  const { rows, heldOut } = trainingFunctions({ ...shared, model });
  const texts = (x: typeof shared.data): string[] =>
    Array.from({ length: x.shape[0] ?? 0 }, (_, i) => [...x.data.slice(4 * i, 4 * i + 4)].join());
  const [mine, others] = [texts(rows[0]), new Set(heldOut === null ? [] : texts(heldOut[0]))];
  expect(mine.some((row) => others.has(row))).toBe(false);
  expect([...mine, ...others].sort()).toEqual(texts(shared.data).sort());
});

test("bad options are told by the function's name", () => {
  const model = noiseConditionalMlp({ dimension: 4, hidden: [8] });
  expect(() => trainingFunctions({ ...shared, model, batchSize: 0 })).toThrow(
    /^trainingFunctions: batchSize is 0/,
  );
  const classes = { labels: tensor([1, 2]), none: 3 };
  expect(() => trainingFunctions({ ...shared, model, classes })).toThrow(/^trainingFunctions: classes/);
});
