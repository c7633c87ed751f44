import { availableParallelism, cpus, loadavg } from "node:os";
import { setTimeout } from "node:timers/promises";

/** The time that the machine's processors have worked since it started, in seconds. */
export function busySeconds(): number {
  let milliseconds = 0;
  for (const { times } of cpus()) milliseconds += times.user + times.nice + times.sys + times.irq;
  return milliseconds / 1e3;
}

/** How busy the machine is before a run. */
export interface LoadBefore {
  /** Processes that wanted a processor, averaged over 1, 5 and 15 minutes. */
  readonly averages: readonly number[];
  /** The share of the processors that was at work while this process slept, 0 to 1. */
  readonly busy: number;
}

export async function loadBefore(milliseconds: number): Promise<LoadBefore> {
  const [busy, start] = [busySeconds(), performance.now()];
  await setTimeout(milliseconds);
  return {
    averages: loadavg(),
    busy: shareOfOthers(busySeconds() - busy, 0, (performance.now() - start) / 1e3),
  };
}

/** The share of the processors, 0 to 1, that worked for others than the one that is measured. */
export function shareOfOthers(busy: number, own: number, seconds: number): number {
  const share = (busy - own) / (seconds * availableParallelism());
  return Math.min(1, Math.max(0, share));
}
