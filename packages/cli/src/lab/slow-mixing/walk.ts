import { type Key, random, type Tensor } from "@scoretape/autograd";
import type { Advance } from "../experiment.ts";
import { sampled } from "../fit.ts";
import { START, widths } from "./modes.ts";
import type { Sampler } from "./samplers.ts";

/** What became of a sampler's chains. */
export interface Walked {
  readonly sampler: Sampler;
  /** How many chains are in the larger mode after how many steps. */
  readonly course: readonly (readonly [step: number, count: number])[];
  readonly samples: Tensor;
  /** Chains that changed the mode in the second half of the steps. */
  readonly crossings: number;
}

/** All levels, from U[−8, 8]². */
export async function walk(sampler: Sampler, steps: number, key: Key, advance: Advance): Promise<Walked> {
  let x = random.uniform(random.foldIn(key, 0), [sampler.chains, 2], { low: -START, high: START });
  const course: [number, number][] = [[0, countLarger(x)]];
  let done = 0;
  let middle = x;
  for (const [level, width] of widths.entries()) {
    if (level === widths.length / 2) middle = x;
    const run = {
      steps,
      key: random.foldIn(key, level + 1),
      onStep(state: { readonly x: Tensor }) {
        done += 1;
        if (done % Math.ceil(steps / 10) === 0) course.push([done, countLarger(state.x)]);
      },
    };
    const before = x;
    x = sampled(() => sampler.walk(before, width, run));
    await advance(steps);
  }
  return { sampler, course, samples: x, crossings: crossings(middle, x) };
}

/** Points nearer to (5, 5) than to (−5, −5). */
function countLarger(x: Tensor): number {
  let count = 0;
  for (let i = 0; i < x.size; i += 2) count += isLarger(x, i) ? 1 : 0;
  return count;
}

function crossings(before: Tensor, after: Tensor): number {
  let count = 0;
  for (let i = 0; i < after.size; i += 2) count += isLarger(before, i) === isLarger(after, i) ? 0 : 1;
  return count;
}

function isLarger({ data }: Tensor, at: number): boolean {
  return (data[at] as number) + (data[at + 1] as number) > 0;
}
