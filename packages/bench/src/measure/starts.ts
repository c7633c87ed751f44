import type { Candidate } from "../implementations/candidate.ts";
import type { StartRecord } from "../report/record.ts";
import type { Launch } from "../worker/connection.ts";
import type { Stage } from "./rounds.ts";
import { LIMIT } from "./turn.ts";

/** The steps over which the peak of the memory is taken, the first among them. */
const STEPS = 300;

interface Start {
  readonly firstStepSeconds: number;
  readonly peakBytes: number;
}

/**
 * Starts every candidate afresh, in turn and again and again: the time from the start of the process until its first
 * step of the workload in the folder is finished and its loss read, and the most memory resident over 300 steps.
 */
export async function measureStarts(
  folder: string,
  candidates: readonly Candidate[],
  times: number,
  stage: Stage,
): Promise<StartRecord[]> {
  const starts = candidates.map((candidate) => ({
    candidate,
    done: [] as Start[],
    reason: reasonNot(candidate),
  }));
  for (let i = 0; i < times; i++) {
    for (const entry of starts) {
      const { launch, variant } = entry.candidate;
      if ("absent" in launch || entry.reason !== undefined) continue;
      try {
        entry.done.push(await startOnce(folder, launch, variant, stage));
      } catch (error) {
        entry.reason = error instanceof Error ? error.message : String(error);
      }
    }
  }
  return starts.map(({ candidate: { id, family, title }, done, reason }) => ({
    type: "start",
    candidate: id,
    family,
    title,
    firstStepSeconds: done.map(({ firstStepSeconds }) => firstStepSeconds),
    peakBytes: done.map(({ peakBytes }) => peakBytes),
    ...(reason === undefined ? {} : { reason }),
  }));
}

function reasonNot({ launch }: Candidate): string | undefined {
  return "absent" in launch ? `absent: ${launch.absent}` : undefined;
}

async function startOnce(folder: string, launch: Launch, variant: string, stage: Stage): Promise<Start> {
  const begin = performance.now();
  const worker = stage.connect(launch);
  try {
    await worker.ask({ command: "prepare", workload: folder, variant }, LIMIT);
    await worker.ask({ command: "run", iterations: 1 }, LIMIT);
    const firstStepSeconds = (performance.now() - begin) / 1e3;
    await worker.ask({ command: "run", iterations: STEPS - 1 }, LIMIT);
    const { peakBytes } = await worker.ask({ command: "memory" }, LIMIT);
    return { firstStepSeconds, peakBytes };
  } finally {
    await worker.close();
  }
}
