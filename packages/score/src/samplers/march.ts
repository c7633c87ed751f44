import type { Tensor } from "@scoretape/autograd";
import { checkFiniteRows, MEND_STEPS } from "../nonFinite.ts";
import type { Samples } from "./langevin.ts";
import { trajectoryFrom } from "./walk.ts";

/** A run of steps that all rows take together. */
export interface March {
  /** Who runs it, for messages. */
  readonly name: string;
  readonly start: Tensor;
  readonly steps: number;
  /** Keep the start and every k-th state after it. */
  readonly trajectory: number | undefined;
  /** The states after a step, counted from 1. */
  advance(x: Tensor, step: number): Tensor;
  /** Where a step leads, for messages: `time 0.5`. */
  whereTo(step: number): string;
  onStep(step: number, x: Tensor): void;
}

/** Takes the steps. Throws at the first row that leaves the finite numbers. */
export function march({ name, start, steps, trajectory, advance, whereTo, onStep }: March): Samples {
  const kept = trajectoryFrom(start, trajectory);
  let x = start;
  for (let step = 1; step <= steps; step++) {
    const next = advance(x, step);
    const where = `step ${step} of ${steps} (${whereTo(step)})`;
    checkFiniteRows(name, next, x, where, MEND_STEPS);
    x = next;
    kept.add(x);
    onStep(step, x);
  }
  return { samples: x, trajectory: kept.states };
}
