import { selected, train } from "@scoretape/score";
import { keysOf, modelOf, trainingOf } from "@scoretape/score/model";
import { layersOf } from "../witness/task.ts";
import { peakMemory } from "../worker/memory.ts";
import { checkLoss } from "./judge.ts";
import type { Outcome } from "./outcome.ts";
import { jobOf, type TaskFile } from "./task.ts";

/** The job by this library, as a user calls it. */
export async function byLibrary({
  seed,
  steps,
  sampling,
}: Pick<TaskFile, "seed" | "steps" | "sampling">): Promise<Outcome> {
  const job = jobOf(seed, steps);
  const begin = performance.now();
  const state = await train(trainingOf(job.description, job.values));
  const trained = performance.now();
  const model = modelOf(job.description, selected(state));
  const samples = model.sample(keysOf(seed).sampling, sampling.count);
  const drawn = performance.now();
  return {
    layers: layersOf(model.parameters).map(({ weight, bias }) => ({
      weight: [...weight.data],
      bias: [...bias.data],
    })),
    checkLoss: checkLoss(job, model),
    validation: state.history.validation,
    samples: [...samples.data],
    trainingSeconds: (trained - begin) / 1e3,
    samplingSeconds: (drawn - trained) / 1e3,
    userSeconds: process.resourceUsage().userCPUTime / 1e6,
    peakBytes: peakMemory(),
  };
}
