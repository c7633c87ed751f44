import { setTimeout } from "node:timers/promises";
import {
  abs,
  add,
  div,
  mean,
  mul,
  neg,
  type nn,
  onesLike,
  optim,
  type ProgramBackend,
  random,
  reshape,
  square,
  stack,
  sub,
  sum,
  type Tensor,
  type TensorLike,
  type Tree,
  take,
  tensor,
  tree,
  wasm,
} from "@scoretape/autograd";
import {
  DivergenceError,
  geometricSchedule,
  type NoiseLevelObjectiveOptions,
  noiseConditionalMlp,
  noiseLevelObjective,
  type ObjectiveName,
  objectiveNames,
  probes,
  selected,
  type TrainingObjective,
  type TrainingProgress,
  type TrainingState,
  type TrainOptions,
  train,
} from "@scoretape/score";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { batchesOf } from "../src/train/batches.ts";
import { runs } from "./support/runs.ts";
import { momentsOf } from "./support/statistics.ts";

type Parameters = readonly nn.DenseParams[];
type State = TrainingState<Parameters>;

const sigmas = [2, 1, 0.5];
const usual: TrainOptions<Parameters> = {
  model: noiseConditionalMlp({ dimension: 2, hidden: [8] }),
  objective: noiseLevelObjective("sliced-vr", sigmas),
  data: random.normal(random.key(1), [60, 2]),
  key: random.key(2),
  steps: 40,
  batchSize: 12,
  validateEvery: 10,
  checkpointEvery: 15,
};

/** Everything in a state, as plain numbers. */
function numbers(state: State): unknown {
  const values = (part: Tree): number[][] => tree.leaves(part).map(({ data }) => [...data]);
  const { step, history, parameters, averaged, optimizer, average } = state;
  return { step, history, trees: [parameters, averaged, [...optimizer], average].map(values) };
}

/** A training's checkpoints, in order; the last is what it returns. */
async function checkpoints(options: Partial<TrainOptions<Parameters>> = {}): Promise<State[]> {
  const states: State[] = [];
  const final = await train({
    ...usual,
    onCheckpoint(state) {
      states.push(state);
    },
    ...options,
  });
  expect(numbers(final)).toEqual(numbers(states.at(-1) ?? final));
  return states;
}

test("each part of the state gives its place in memory to its successor, and nothing else does", async () => {
  const donations: (readonly boolean[])[] = [];
  const inner = wasm();
  const backend: ProgramBackend = {
    name: inner.name,
    lower(program, options) {
      donations.push(options.donated ?? []);
      return inner.lower(program, options);
    },
  };
  const { parameters, optimizer, average } = await train({ ...usual, steps: 2, backend });
  const state = tree.leaves([parameters, [...optimizer], average]).length;
  const given = donations.map((donated) => donated.lastIndexOf(true) + 1);
  // The step, and the loss of rows kept aside, which changes nothing.
  expect(given.toSorted((a, b) => b - a)).toEqual([state, 0]);
  expect(donations.flat().filter(Boolean)).toHaveLength(state);
});

describe("checkpoints", () => {
  test("come every so many steps and at the end", async () => {
    expect((await checkpoints()).map(({ step }) => step)).toEqual([15, 30, 40]);
    expect((await checkpoints({ steps: 30 })).map(({ step }) => step)).toEqual([15, 30]);
  });

  test("from each of them the training goes on to the same end, to the last bit", async () => {
    const states = await checkpoints();
    const end = numbers(states.at(-1) as State);
    // Twice: what comes after a checkpoint must not change it.
    for (const resume of [...states, ...states]) {
      const steps: number[] = [];
      const resumed = await train({
        ...usual,
        resume,
        onProgress({ step }) {
          steps.push(step);
        },
      });
      expect(numbers(resumed)).toEqual(end);
      expect(steps).toEqual(Array.from({ length: 40 - resume.step }, (_, i) => resume.step + 1 + i));
    }
  });

  test("the training waits for what is done with progress and checkpoints", async () => {
    let busy = false;
    const alone = async (): Promise<void> => {
      expect(busy).toBe(false);
      busy = true;
      await setTimeout(2);
      busy = false;
    };
    await train({ ...usual, steps: 6, checkpointEvery: 2, onProgress: alone, onCheckpoint: alone });
    expect(busy).toBe(false);
  });

  test("a signal stops after the call it comes in, with a checkpoint to go on from", async () => {
    const signal = { aborted: false };
    const states = await checkpoints({
      signal,
      stepsPerCall: 7,
      onProgress({ step }) {
        signal.aborted ||= step === 3;
      },
    });
    expect(states.map(({ step }) => step)).toEqual([7]);
    const resumed = await train({ ...usual, resume: states[0] as State });
    expect(numbers(resumed)).toEqual(numbers(await train(usual)));
  });

  test("a signal that was there before leaves the first parameters", async () => {
    const { step, parameters, history } = await train({ ...usual, signal: { aborted: true } });
    expect([step, history]).toEqual([0, { losses: [], validation: [] }]);
    expect(parameters.map(({ weight }) => weight.shape)).toEqual([
      [11, 8],
      [8, 2],
    ]);
  });
});

describe("the steps of a call", () => {
  test("change no bit, however many they are", async () => {
    const end = numbers(await train({ ...usual, stepsPerCall: 1 }));
    for (const stepsPerCall of [2, 3, 7, 10, 50]) {
      expect(numbers(await train({ ...usual, stepsPerCall }))).toEqual(end);
    }
    expect(numbers(await train(usual))).toEqual(end);
    await expect(train({ ...usual, stepsPerCall: 0 })).rejects.toThrow(/^train: stepsPerCall is 0/);
  });

  test("draw from keys of their own numbers, from 1, wherever a call begins", async () => {
    /** Tells the key that it is given, as a number in [0, 1). */
    const telling: TrainingObjective = (score, x, key) =>
      add(mul(0, mean(score(x, 1))), random.uniform(key, []));
    const { history } = await train({ ...usual, objective: telling, steps: 9, stepsPerCall: 4 });
    const expected = Array.from({ length: 9 }, (_, i) => {
      const stepKey = random.foldIn(random.foldIn(usual.key, 2), i + 1);
      return random.uniform(random.foldIn(stepKey, 1), []).item();
    });
    expect(history.losses).toEqual(expected);
  });

  test("are one program, and single steps another: nothing else is compiled", async () => {
    let programs = 0;
    const inner = wasm();
    const backend: ProgramBackend = {
      name: inner.name,
      lower(program, options) {
        if (options.donated?.includes(true)) programs++;
        return inner.lower(program, options);
      },
    };
    await train({ ...usual, backend, stepsPerCall: 5, steps: 33 });
    expect(programs).toBe(2);
  });

  test("have the same rows and classes, whether the program draws them or the host", async () => {
    const classes = {
      labels: tensor(
        Array.from({ length: 60 }, (_, i) => i % 3),
        { dtype: "uint32" },
      ),
      none: 3,
      dropout: 0.5,
    };
    const training = Uint32Array.from({ length: 50 }, (_, i) => (7 * i) % 60);
    for (const source of [{ data: usual.data }, { data: usual.data, classes }]) {
      const [resident, streamed] = [2 ** 20, 0].map((most) => batchesOf(source, training, 12, most));
      const keys = [1, 2, 3].map((step) => random.foldIn(random.key(4), step));
      const given = streamed?.given(keys) ?? [];
      expect(given).toHaveLength("classes" in source ? 2 : 1);
      for (const [i, key] of keys.entries()) {
        const drawn = resident?.batch([], key) ?? [];
        const told =
          streamed?.batch(
            given.map((all) => reshape(take(all, i), all.shape.slice(1))),
            key,
          ) ?? [];
        expect(drawn.map(String)).toEqual(told.map(String));
        expect(drawn).toHaveLength(given.length);
        const [x, labels] = drawn;
        expect(x?.shape).toEqual([12, 2]);
        if (labels !== undefined) expect(new Set(labels.data).size).toBeGreaterThan(2);
      }
    }
  });
});

describe("the best parameters", () => {
  /** Losses that fall to −5 at step 5 and rise again: minus the first parameter's distance from −5 in steps of 1. */
  const turning: TrainingObjective = (score, x) => add(mul(0, mean(x)), mean(abs(score(x, 1))));
  const turned = {
    model: {
      init: () => tensor([5]),
      // Adam's steps are of the size of the rate: the parameter goes 5, 4, …, 0 and then to and fro around 0.
      apply: (p: Tensor, x: Tensor) => mul(p, onesLike(x)),
    },
    objective: turning,
    data: tensor([[0], [1], [2], [3]]),
    key: random.key(0),
    steps: 20,
    batchSize: 2,
    learningRate: optim.constantSchedule(1),
    averageDecay: 0,
    validationFraction: 0.5,
    validateEvery: 1,
  };

  test("are those of the least validation loss, the start among them, and outlive later steps", async () => {
    const state = await train(turned);
    const least = state.history.validation.reduce((a, b) => (b.loss < a.loss ? b : a));
    expect(state.history.validation.map(({ step }) => step)).toEqual(Array.from({ length: 21 }, (_, i) => i));
    expect(state.best).toMatchObject(least);
    expect(least.step).toBeGreaterThan(3);
    expect(least.step).toBeLessThan(20);
    expect(Math.abs(state.best?.parameters.item() ?? Number.NaN)).toBeCloseTo(least.loss, 6);
    expect(state.averaged.item()).not.toBe(state.best?.parameters.item());
    expect(selected(state)).toBe(state.best?.parameters);
    // From 0 every step is away from the least.
    const worse = await train({ ...turned, model: { ...turned.model, init: () => tensor([0]) }, steps: 1 });
    expect(worse.best?.step).toBe(0);
    const none = await train({ ...turned, validationFraction: 0 });
    expect(none.best).toBe(null);
    expect(selected(none)).toBe(none.averaged);
  });

  test("survive an interruption, and patience counts from them", async () => {
    const patient = { ...turned, patience: 4 };
    const whole = await train(patient);
    expect(whole.step).toBe((whole.best?.step ?? 0) + 4);
    const half = await train({ ...patient, steps: 7 });
    const rest = await train({ ...patient, resume: half });
    const told = ({ step, best, history }: TrainingState<Tensor>) => [step, best?.step, best?.loss, history];
    expect(told(rest)).toEqual(told(whole));
    expect(rest.best?.parameters.item()).toBe(whole.best?.parameters.item());
    expect((await train({ ...patient, resume: whole })).step).toBe(whole.step);
    expect((await train({ ...turned, patience: 100 })).step).toBe(20);
    await expect(train({ ...turned, patience: 0 })).rejects.toThrow(
      /patience is 0; it must be a whole number/,
    );
  });

  test("weight decay takes its share of each parameter away at every step", async () => {
    const still: TrainingObjective = (score, x) => mul(0, mean(score(x, 1)));
    const options = { ...turned, objective: still, steps: 3, learningRate: optim.constantSchedule(0.1) };
    const { parameters } = await train({ ...options, weightDecay: 0.5 });
    expect(parameters.item()).toBeCloseTo(5 * 0.95 ** 3, 5);
    await expect(train({ ...options, weightDecay: -1 })).rejects.toThrow(/^train: weightDecay is -1/);
  });
});

describe("history", () => {
  test("holds what was reported: every step's loss, and validation losses at their steps and the last", async () => {
    const events: TrainingProgress[] = [];
    const { history } = await train({
      ...usual,
      steps: 35,
      onProgress: (event) => {
        events.push(event);
      },
    });
    expect(events.map(({ step, steps }) => [step, steps])).toEqual(
      Array.from({ length: 35 }, (_, i) => [i + 1, 35]),
    );
    expect(history.losses).toEqual(events.map(({ loss }) => loss));
    const validated = events.flatMap(({ step, validationLoss }) =>
      validationLoss === null ? [] : [{ step, loss: validationLoss }],
    );
    const [start, ...later] = history.validation;
    expect(start?.step).toBe(0);
    expect(later).toEqual(validated);
    expect(validated.map(({ step }) => step)).toEqual([10, 20, 30, 35]);
    expect(events.every(({ gradientNorm }) => gradientNorm > 0)).toBe(true);
  });

  test("the validation loss is of the averaged parameters, with the same noise every time", async () => {
    const still = await train({ ...usual, learningRate: 1e-30 });
    expect(new Set(still.history.validation.map(({ loss }) => loss)).size).toBe(1);
    expect(new Set(still.history.losses).size).toBe(usual.steps);
    // The average of decay 0 is the parameters themselves, a slow one is not.
    const fast = await train({ ...usual, averageDecay: 0 });
    const slow = await train({ ...usual, averageDecay: 0.99 });
    expect(fast.history.losses).toEqual(slow.history.losses);
    expect(numbers({ ...fast, averaged: fast.parameters })).toEqual(numbers(fast));
    expect(fast.history.validation).not.toEqual(slow.history.validation);
  });

  test("rows kept aside for validation are never trained on, and all others are", async () => {
    const rows = 12;
    const powers = tensor(Array.from({ length: rows }, (_, i) => [2 ** i]));
    // The loss of a batch of one row is the row's value; the validation loss is the mean of those kept aside.
    const value: TrainingObjective = (score, x) => add(mean(x), mul(0, sum(score(x, 1))));
    for (const seed of [3, 4, 5]) {
      const { history } = await train({
        model: noiseConditionalMlp({ dimension: 1, hidden: [2] }),
        objective: value,
        data: powers,
        key: random.key(seed),
        steps: 300,
        batchSize: 1,
        validationFraction: 1 / 3,
      });
      const trainedOn = new Set(history.losses);
      expect(trainedOn.size).toBe(8);
      const total = [...trainedOn].reduce((sum, row) => sum + row, 0);
      expect(4 * (history.validation[0]?.loss ?? 0)).toBe(2 ** rows - 1 - total);
    }
  });

  test("without validation there is none, and with two rows each half has one", async () => {
    const { history } = await train({ ...usual, validationFraction: 0 });
    expect(history.validation).toEqual([]);
    const pair = await train({
      ...usual,
      data: tensor([
        [0, 1],
        [2, 3],
      ]),
      validationFraction: 0.99,
      steps: 2,
    });
    expect(pair.history.validation.map(({ step }) => step)).toEqual([0, 2]);
  });
});

describe("divergence", () => {
  test("of the loss alone names the largest gradient, which is finite", async () => {
    const parameters: Parameters = [
      { weight: tensor([1, -2]), bias: tensor([0.5]) },
      { weight: tensor([3, 0]), bias: tensor([0]) },
    ];
    /** A loss that is infinite, with gradients that are the parameters. */
    const failure = await train({
      ...usual,
      model: {
        init: () => parameters,
        apply: (layers, x) =>
          add(
            mul(0, x),
            layers
              .flatMap(({ weight, bias }) => [weight, bias])
              .reduce((total, p) => add(total, sum(square(p))), tensor(0)),
          ),
      },
      objective: (score, x) => add(mul(0.5, mean(score(x, 1))), Number.POSITIVE_INFINITY),
    }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DivergenceError);
    const { step, loss, gradientNorm, largestGradient } = failure as DivergenceError;
    expect([step, loss]).toEqual([1, Number.POSITIVE_INFINITY]);
    expect(gradientNorm).toBeCloseTo(Math.sqrt(1 + 4 + 0.25 + 9), 5);
    expect(largestGradient).toEqual({ path: "1.weight", magnitude: 3 });
  });

  test("tells step, loss and largest gradient, and leaves the last checkpoint as it was", async () => {
    const kept: { state: State; before: unknown }[] = [];
    const failure = await train({
      ...usual,
      learningRate: 1e30,
      checkpointEvery: 1,
      onCheckpoint(state) {
        kept.push({ state, before: numbers(state) });
      },
    }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DivergenceError);
    const { step, loss, gradientNorm, largestGradient } = failure as DivergenceError;
    expect(step).toBe(2);
    expect(Number.isFinite(loss) && Number.isFinite(gradientNorm)).toBe(false);
    expect(largestGradient.path).toMatch(/^[01]\.(weight|bias)$/);
    expect((failure as DivergenceError).message).toMatch(/step 2 .*lower the learning rate/);
    expect(kept).toHaveLength(1);
    for (const { state, before } of kept) {
      expect(state.step).toBe(1);
      expect(numbers(state)).toEqual(before);
    }
  });

  test("of the objective itself is told at the first step", async () => {
    const broken: TrainingObjective = (score, x) => div(sum(score(x, 1)), 0);
    await expect(train({ ...usual, objective: broken })).rejects.toThrow(/at step 1 /);
  });
});

describe("what is learned", () => {
  // On N(0, I): the exact and sliced objectives are −½dσ²/(1 + σ²) at their best, the denoising one ½d/(1 + σ²).
  const levels = [1, 0.5];
  const best = (name: string): number => {
    const at = (sigma: number): number => (name === "denoising" ? 1 : -(sigma ** 2)) / (1 + sigma ** 2);
    return levels.reduce((total, sigma) => total + at(sigma) / levels.length, 0);
  };

  test.each(objectiveNames)(
    "%s comes near its optimum on N(0, I), and the score near −x/(1 + σ²)",
    async (name) => {
      const model = noiseConditionalMlp({ dimension: 2, hidden: [16] });
      const { history, averaged } = await train({
        model,
        objective: noiseLevelObjective(name, levels),
        data: random.normal(random.key(6), [5000, 2]),
        key: random.key(7),
        steps: 800,
        batchSize: 128,
        averageDecay: 0.99,
        validateEvery: 800,
      });
      const { mean: loss, meanError } = momentsOf(history.losses.slice(-300));
      expect(history.losses[0]).toBeGreaterThan(best(name) + 0.1);
      expect(Math.abs(loss - best(name))).toBeLessThan(4 * meanError + 0.02);
      const x = random.normal(random.key(8), [500, 2]);
      for (const sigma of levels) {
        const truth = div(neg(x), 1 + sigma ** 2);
        const error = mean(square(sub(model.apply(averaged, x, sigma), truth))).item();
        expect(sigma ** 2 * error).toBeLessThan(0.01);
      }
    },
  );
});

describe("noiseLevelObjective", () => {
  test.each<[string, number[]]>([
    ["sigmas is empty", []],
    ["sigma 1 is 0", [1, 0]],
    ["sigma 0 is -2", [-2]],
    ["sigma 0 is NaN", [Number.NaN]],
  ])("refuses noise levels: %s", (message, sigmas) => {
    expect(() => noiseLevelObjective("sliced", sigmas)).toThrow(`noiseLevelObjective: ${message}`);
  });

  /** A linear score −c·y that remembers what it was asked. */
  function witness(c: number) {
    const asked: { y: Tensor; sigma: TensorLike }[] = [];
    const score = (y: Tensor, sigma: TensorLike): Tensor => {
      asked.push({ y, sigma });
      return mul(-c, y);
    };
    return { score, asked };
  }

  test("every level gets its exact share of the rows, or the nearest whole numbers to it", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(),
        (rows, count, seed) => {
          const { score, asked } = witness(1);
          const levels = count === 1 ? [0.7] : geometricSchedule(4, 0.1, count);
          noiseLevelObjective("denoising", levels)(
            score,
            random.normal(random.key(1), [rows, 1]),
            random.key(seed),
          );
          const [first] = asked;
          const drawn = typeof first?.sigma === "object" ? [...first.sigma.data] : [];
          expect(drawn).toHaveLength(rows);
          for (const level of levels) {
            const hits = drawn.filter((sigma) => sigma === Math.fround(level)).length;
            expect(Math.abs(hits - rows / count)).toBeLessThan(1);
          }
        },
      ),
      runs(100),
    );
  });

  test("over keys, every row gets every level equally often", () => {
    const counts = new Map<number, number>();
    for (let seed = 0; seed < 900; seed++) {
      const { score, asked } = witness(1);
      noiseLevelObjective("denoising", sigmas)(score, random.normal(random.key(1), [4, 1]), random.key(seed));
      const [first] = asked;
      const level = typeof first?.sigma === "object" ? (first.sigma.data[2] ?? 0) : 0;
      counts.set(level, (counts.get(level) ?? 0) + 1);
    }
    // Five standard deviations of a binomial count of 900 draws at 1/3.
    for (const sigma of sigmas) expect(Math.abs((counts.get(sigma) ?? 0) - 300)).toBeLessThan(71);
  });

  test("with the basis as probes sliced is exact; of several probes it takes the mean", () => {
    const x = random.normal(random.key(9), [40, 3]);
    const { score: linear } = witness(0.8);
    const score = (y: Tensor): Tensor => add(linear(y, 1), square(y));
    const value = (name: ObjectiveName, own?: NoiseLevelObjectiveOptions): number =>
      noiseLevelObjective(name, sigmas, own)(score, x, random.key(10)).item();
    for (const name of ["sliced", "sliced-vr"] as const) {
      expect(value(name, { probes: (_, shape) => probes.basis(shape) })).toBeCloseTo(value("exact"), 4);
      const each = [1, 2].map((seed) => probes.gaussian(random.key(seed), x.shape));
      const [one = 0, other = 0] = each.map((probe) => value(name, { probes: () => probe }));
      expect(value(name, { probes: () => stack(each) })).toBeCloseTo((one + other) / 2, 4);
      expect(Math.abs(one - other)).toBeGreaterThan(1e-3);
      expect(value(name, { probes: probes.rademacher })).toBe(value(name));
    }
  });

  test("is the mean of σ² times the loss at x + σz, by its formula for a linear score", () => {
    const x = random.normal(random.key(9), [400, 3]);
    const c = 0.8;
    for (const name of ["exact", "denoising"] as const) {
      const { score, asked } = witness(c);
      const value = noiseLevelObjective(name, sigmas)(score, x, random.key(10)).item();
      const first = asked[0];
      if (first === undefined || typeof first.sigma === "number")
        throw new Error("σ must come one for each row");
      const { y } = first;
      let expected = 0;
      first.sigma.data.forEach((sigma, i) => {
        let [norm, difference] = [0, 0];
        for (let j = 0; j < 3; j++) {
          const [at, clean] = [y.data[3 * i + j] ?? Number.NaN, x.data[3 * i + j] ?? Number.NaN];
          norm += at ** 2;
          difference += (-c * at + (at - clean) / sigma ** 2) ** 2;
        }
        const loss = name === "exact" ? 0.5 * c ** 2 * norm - 3 * c : 0.5 * difference;
        expected += (sigma ** 2 * loss) / 400;
      });
      expect(value).toBeCloseTo(expected, 3);
      // What was added, over σ, is standard normal.
      const noise = Float64Array.from(y.data, (at, i) => {
        const sigma =
          typeof first.sigma === "number" ? first.sigma : (first.sigma.data[Math.floor(i / 3)] ?? 1);
        return (at - (x.data[i] ?? 0)) / sigma;
      });
      const { mean: centre, meanError, variance, varianceError } = momentsOf(noise);
      expect(Math.abs(centre)).toBeLessThan(5 * meanError);
      expect(Math.abs(variance - 1)).toBeLessThan(5 * varianceError);
    }
  });

  test("on the line a sign is all a probe can be, so that exact, sliced and sliced-vr are one", () => {
    const net = noiseConditionalMlp({ dimension: 1, hidden: [6] });
    const parameters = net.init(random.key(11));
    const value = (name: "exact" | "sliced" | "sliced-vr"): number =>
      noiseLevelObjective(name, sigmas)(
        (y, sigma) => net.apply(parameters, y, sigma),
        random.normal(random.key(12), [50, 1]),
        random.key(13),
      ).item();
    expect(value("sliced")).toBeCloseTo(value("exact"), 5);
    expect(value("sliced-vr")).toBeCloseTo(value("exact"), 5);
  });
});

describe("mistakes are refused", () => {
  const wrong: [string, RegExp, Partial<TrainOptions<Parameters>>][] = [
    ["no steps", /steps is 0; it must be a whole number from 1/, { steps: 0 }],
    ["half a batch", /batchSize is 1\.5/, { batchSize: 1.5 }],
    ["a validation of all", /validationFraction is 1;/, { validationFraction: 1 }],
    ["one row", /data has shape \[1, 2\]/, { data: tensor([[1, 2]]) }],
    ["no matrix", /data has shape \[3\]/, { data: tensor([1, 2, 3]) }],
    [
      "NaN",
      /data\[1, 0\] is NaN/,
      {
        data: tensor([
          [1, 2],
          [Number.NaN, 3],
        ]),
      },
    ],
    ["an average of decay 1", /decay is 1/, { averageDecay: 1 }],
    ["a learning rate of 0", /learningRate is 0/, { learningRate: 0 }],
  ];
  test.each(wrong)("%s", async (_, message, options) => {
    await expect(train({ ...usual, ...options })).rejects.toThrow(message);
  });
});
