import type { TrainingState } from "@scoretape/score";
import type { Parameters } from "@scoretape/score/model";

/** What a training went through. */
type Course = Pick<TrainingState<Parameters>, "step" | "history"> & {
  readonly best: { readonly step: number; readonly loss: number } | null;
};

/** The last part of a training begins here, and a loss changes notably from this share of all that was gained. */
const [LATE, NOTABLE] = [0.75, 0.02];

/** Whether the training went past its best, or had not reached it, as a line of its own; else nothing. */
export function remarkOn({ step, best, history: { validation } }: Course): string {
  const first = validation[0]?.loss;
  const last = validation.at(-1)?.loss;
  if (best === null || first === undefined || last === undefined || best.step > step) return "";
  const gained = first - best.loss;
  const lost = last - best.loss;
  if (best.step === 0)
    return "No step was better on rows kept aside than the normal distribution that it started from, which the model is.\n";
  if (best.step < LATE * step && lost > NOTABLE * gained) {
    return `The model is that of step ${best.step.toLocaleString("en")}: later steps learned the rows by heart, and were worse on those kept aside.\n`;
  }
  const before = validation.findLast((one) => one.step <= LATE * step)?.loss ?? first;
  return before - best.loss > NOTABLE * gained
    ? "The loss on rows kept aside was still falling at the end: more --steps would make the model better.\n"
    : "";
}
