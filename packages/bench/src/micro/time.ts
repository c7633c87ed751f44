import { do_not_optimize, measure } from "mitata";
import type { MicroEffort } from "./suite.ts";

/** A run shorter than this, in nanoseconds, is timed in batches: the clock itself takes some 50. */
const SHORT = 20_000;
/** Runs in a batch. */
const BATCH = 256;

/** The median time of one run, in nanoseconds. */
export async function timeOf(run: () => unknown, { time, samples }: MicroEffort): Promise<number> {
  const { p50 } = await measure(() => do_not_optimize(run()), {
    // A collection before every measurement would make V8 drop the code of the cases that wait for their turn.
    gc: false,
    min_cpu_time: time,
    min_samples: samples,
    batch_threshold: SHORT,
    batch_samples: BATCH,
    // The first runs may be slow; a few more find out whether the run is short.
    warmup_threshold: 100 * SHORT,
    warmup_samples: 8,
  });
  return p50;
}
