import { add, mul, random, type Tensor, tensor } from "@scoretape/autograd";
import { type NoiseConditionalModel, noiseLevelObjective, type TrainingState, train } from "@scoretape/score";
import { expect, expectTypeOf, test } from "vitest";

interface Line {
  readonly slope: Tensor;
  intercept: Tensor;
}

test("parameters that are an interface keep their type through a training", async () => {
  const model: NoiseConditionalModel<Line> = {
    init: () => ({ slope: tensor(-1), intercept: tensor(0) }),
    apply: ({ slope, intercept }, x) => add(mul(slope, x), intercept),
  };
  const state = await train({
    model,
    objective: noiseLevelObjective("sliced", [1]),
    data: random.normal(random.key(0), [20, 1]),
    key: random.key(1),
    steps: 2,
    onCheckpoint({ parameters }) {
      expectTypeOf(parameters).toEqualTypeOf<Line>();
    },
  });
  expectTypeOf(state).toEqualTypeOf<TrainingState<Line>>();
  expect(state.averaged.slope.shape).toEqual([]);
});
