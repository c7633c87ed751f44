import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { JobRecord, JobRound } from "../report/record.ts";
import type { Launch } from "../worker/connection.ts";
import type { Contestant } from "./contestants.ts";
import { disagreement, qualityOf } from "./judge.ts";
import type { Outcome } from "./outcome.ts";
import { jobOf, taskFile } from "./task.ts";

/** A job that was done, and what it took from the start of its process to the end of it. */
export interface Done {
  readonly seconds: number;
  readonly outcome: Outcome;
}

/** Starts a process on a task's file and waits for its end. @throws Error when it fails */
export type CarryOut = (launch: Launch, file: string, variant: string) => Promise<Done>;

/** How long a process may take, in milliseconds. */
const LIMIT = 600_000;
/** Room for what a process tells. */
const MOST_BYTES = 2 ** 26;

export const carryOut: CarryOut = async ({ command, args }, file, variant) => {
  const begin = performance.now();
  const how = { maxBuffer: MOST_BYTES, timeout: LIMIT };
  const { stdout } = await promisify(execFile)(command, [...args, file, variant], how);
  const seconds = (performance.now() - begin) / 1e3;
  return { seconds, outcome: JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") };
};

/** How often, how long, and by whom. */
export interface Rounds {
  readonly rounds: number;
  readonly steps: number;
  readonly folder: string;
  readonly log: (line: string) => void;
}

/**
 * Everyone does the whole job in a fresh process, in turn and again and again; each round has a seed of its own, which
 * decides the rows that are learned from. Who does something else is told of by the reason, and has no numbers.
 */
export async function measureJobs(
  contestants: readonly Contestant[],
  { rounds, steps, folder, log }: Rounds,
  start: CarryOut = carryOut,
): Promise<JobRecord[]> {
  const entries = contestants.map((contestant) => ({
    contestant,
    done: [] as JobRound[],
    reason: "absent" in contestant.launch ? `absent: ${contestant.launch.absent}` : undefined,
  }));
  for (let seed = 0; seed < rounds; seed++) {
    const job = jobOf(seed, steps);
    const file = join(folder, `job-${seed}.json`);
    writeFileSync(file, JSON.stringify(taskFile(job)));
    for (const entry of entries) {
      const { launch, variant, id } = entry.contestant;
      if ("absent" in launch || entry.reason !== undefined) continue;
      try {
        const { seconds, outcome } = await start(launch, file, variant);
        const other = disagreement(job, outcome);
        if (other !== null) throw new RangeError(other);
        const { validation, trainingSeconds, samplingSeconds, userSeconds, peakBytes } = outcome;
        const cost = { seconds, trainingSeconds, samplingSeconds, userSeconds, peakBytes };
        entry.done.push({ ...cost, validation, ...qualityOf(job, outcome) });
        log(`  ${id}: ${seconds.toFixed(1)} s`);
      } catch (error) {
        entry.reason = error instanceof Error ? error.message : String(error);
        log(`  ${id}: ${entry.reason}`);
      }
    }
  }
  return entries.map(({ contestant: { id, family, title }, done, reason }) => ({
    ...{ type: "job", candidate: id, family, title, steps, rounds: done },
    ...(reason === undefined ? {} : { reason }),
  }));
}
