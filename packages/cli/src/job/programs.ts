import { type Key, random, type Tensor, type Tree, tensor } from "@scoretape/autograd";
import { type StableHlo, stableHlo } from "@scoretape/autograd/export";
import { type Batch, type TrainingFunctions, type TrainOptions, trainingFunctions } from "@scoretape/score";
import type { Parameters } from "@scoretape/score/model";

/** A training as programs and the tensors that they begin with. */
export interface TrainingPrograms {
  readonly programs: Readonly<Record<string, StableHlo>>;
  /** Rows to learn from, and those held out, by name, such as `rows.0`. */
  readonly data: Readonly<Record<string, Tensor>>;
  readonly validationDraws: number;
  readonly keys: Pick<TrainingFunctions<Parameters>["keys"], "steps" | "validation">;
}

/**
 * The functions that `train` compiles as StableHLO: `draw` makes the batch of a step, `step` all that follows, and `evaluate`
 * one draw of the validation loss, each from a key and the number of the step or of the draw. What a step makes anew is
 * called as in a model's file.
 */
export function programsOf(training: TrainOptions<Parameters>): TrainingPrograms {
  const { rows, heldOut, validationDraws, keys, start, draw, step, evaluate } = trainingFunctions(training);
  const number = tensor(Uint32Array.of(0), { shape: [] });
  const { parameters, optimizer, average } = start();
  const batch = draw(rows, random.foldIn(keys.steps, number));
  const programs = {
    draw: stableHlo(
      (all: Batch, key: Key, n: Tensor) => [draw(all, random.foldIn(key, n))],
      [rows, keys.steps, number],
      { inputs: ["rows", "key", "number"], outputs: ["batch"] },
    ),
    step: stableHlo(
      (
        before: Parameters,
        averaged: Parameters,
        moments: readonly Tree[],
        { step: count }: { readonly step: Tensor },
        drawn: Batch,
        key: Key,
        n: Tensor,
      ) => {
        const carry = { parameters: before, optimizer: moments, average: { step: count, average: averaged } };
        const [next, { loss, gradientNorm, largest }] = step(carry, drawn, random.foldIn(key, n));
        return [
          next.parameters,
          next.average.average,
          next.optimizer,
          { step: next.average.step },
          loss,
          gradientNorm,
          largest,
        ] as const;
      },
      [parameters, average.average, optimizer, { step: average.step }, batch, keys.steps, number],
      {
        inputs: ["parameters", "averaged", "optimizer", "average", "batch", "key", "number"],
        outputs: ["parameters", "averaged", "optimizer", "average", "loss", "gradientNorm", "largest"],
      },
    ),
    ...(heldOut === null
      ? {}
      : {
          evaluate: stableHlo(
            (averaged: Parameters, all: Batch, key: Key, n: Tensor) =>
              evaluate(averaged, all, random.foldIn(key, n)),
            [parameters, heldOut, keys.validation, number],
            { inputs: ["parameters", "heldOut", "key", "number"], outputs: ["loss"] },
          ),
        }),
  };
  return { programs, data: { ...named("rows", rows), ...named("heldOut", heldOut) }, validationDraws, keys };
}

function named(name: string, batch: Batch | null): Record<string, Tensor> {
  return Object.fromEntries([...(batch ?? [])].map((x, i) => [`${name}.${i}`, x]));
}
