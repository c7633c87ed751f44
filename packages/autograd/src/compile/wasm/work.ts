import type { Equation, Iteration } from "../../interpret/program.ts";
import { type DividedKernel, type Division, divide, sharesOf } from "../threads/divide.ts";
import type { Kernel } from "./kernel.ts";

/** What a step does: a kernel, a reference kernel, or all that a body does, again and again. */
export type Work<K = DividedKernel> =
  | K
  | Equation
  | { readonly loop: Iteration; readonly inside: readonly Work<K>[] };

/** All kernels, those inside of loops over bodies once. */
export function kernelsIn(work: readonly Work[]): (DividedKernel | Equation)[] {
  return work.flatMap((each) => ("loop" in each ? kernelsIn(each.inside) : [each]));
}

/** The work with its kernels divided between threads. */
export function divided(work: Work<Kernel>, division: Division): Work {
  if ("entry" in work) return divide(work, division);
  return "loop" in work ? { ...work, inside: work.inside.map((inner) => divided(inner, division)) } : work;
}

/** The estimated time of all kernels that threads can share, in a run of the program, in nanoseconds. */
export function sharedTime(work: readonly Work<Kernel>[], most: Pick<Division, "threads" | "share">): number {
  return work.reduce((sum, each) => {
    if ("loop" in each) return sum + each.loop.length * sharedTime(each.inside, most);
    const time = "entry" in each ? (each.cut?.time ?? 0) : 0;
    return sharesOf(time, most) > 1 ? sum + time : sum;
  }, 0);
}
