import { readFileSync } from "node:fs";
import writeFileAtomic from "write-file-atomic";
import type { Family } from "../implementations/candidate.ts";
import type { Environment } from "../machine/environment.ts";
import type { LoadBefore } from "../machine/load.ts";
import type { Roof } from "../machine/roof.ts";
import type { Effort } from "../measure/effort.ts";
import type { Cost, Curve, Quality } from "../wholeJob/outcome.ts";
import type { Outcome } from "../worker/work.ts";
import type { Workload } from "../workloads/workload.ts";

/** The run as a whole. */
export interface RunRecord {
  readonly type: "run";
  readonly date: string;
  /** When it ended; null where it was broken off. */
  readonly finished: string | null;
  readonly mode: "quick" | "full";
  readonly effort: Effort;
  readonly environment: Environment;
  readonly loadBefore: LoadBefore;
  readonly roofBefore: Roof;
  readonly roofAfter: Roof | null;
  /** The versions of the runtimes and of the JavaScript peers. */
  readonly versions: Readonly<Record<string, string>>;
}

/** A workload that was run. */
export interface WorkloadRecord {
  readonly type: "workload";
  readonly workload: Workload;
  readonly reference: Outcome;
  /** The share of the processors that worked for others during each round, 0 to 1. */
  readonly othersLoad: readonly number[];
}

interface About {
  readonly type: "result";
  readonly workload: string;
  readonly candidate: string;
  readonly family: Family;
  readonly title: string;
}

export interface Measured extends About {
  readonly status: "measured";
  /** The rounds that it worked in, counted from 0; all of them where a file does not say. */
  readonly rounds?: readonly number[];
  /** The time for the work once, in each of these rounds. */
  readonly seconds: readonly number[];
  /** How often the work was done in a round. */
  readonly repetitions: number;
  readonly settled: boolean;
  readonly warmUpSeconds: number;
  /** Processor time over time: 2 where two threads worked all the while. */
  readonly processors: number;
  readonly notes: readonly string[];
}

/** `absent`: it cannot be started here. `failed`: it refused, computed something else, or broke. */
export interface NotMeasured extends About {
  readonly status: "absent" | "failed";
  readonly reason: string;
}

export type ResultRecord = Measured | NotMeasured;

/** Starts of fresh processes, W8. */
export interface StartRecord {
  readonly type: "start";
  readonly candidate: string;
  readonly family: Family;
  readonly title: string;
  /** From the start of the process to the end of its first step, one number a start. */
  readonly firstStepSeconds: readonly number[];
  /** The most memory over 300 steps, one number a start. */
  readonly peakBytes: readonly number[];
  /** Why there are no numbers, or fewer. */
  readonly reason?: string;
}

/** A whole job in a fresh process. */
export interface JobRound extends Cost, Quality {
  /** From the start of the process to its end. */
  readonly seconds: number;
  readonly validation: Curve;
}

/** Whole jobs, W11. */
export interface JobRecord {
  readonly type: "job";
  readonly candidate: string;
  readonly family: Family;
  readonly title: string;
  readonly steps: number;
  /** One a seed, from seed 0. */
  readonly rounds: readonly JobRound[];
  /** Why there are none, or fewer. */
  readonly reason?: string;
}

/** A quantity of a microbenchmark. */
export interface MicroRecord {
  readonly type: "micro";
  readonly suite: string;
  readonly row: string;
  readonly column: string;
  readonly unit: string;
  readonly rounds: readonly number[];
}

export type BenchRecord = RunRecord | WorkloadRecord | ResultRecord | StartRecord | JobRecord | MicroRecord;

/** All that a run wrote. */
export interface Report {
  readonly run: RunRecord;
  readonly workloads: readonly WorkloadRecord[];
  readonly results: readonly ResultRecord[];
  readonly starts: readonly StartRecord[];
  readonly jobs: readonly JobRecord[];
  readonly micro: readonly MicroRecord[];
}

/** Writes the records as JSON, one a line: the whole file or none of it. */
export function writeRecords(path: string, records: readonly BenchRecord[]): void {
  writeFileAtomic.sync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
}

/** Reads what {@link writeRecords} wrote. @throws RangeError where the file holds no run */
export function readReport(path: string): Report {
  const lines = readFileSync(path, "utf8").split("\n");
  return reportOf(
    lines.flatMap((line, i): BenchRecord[] => {
      if (line.trim() === "") return [];
      try {
        return [JSON.parse(line)];
      } catch {
        throw new RangeError(
          `${path}: line ${i + 1} is not JSON; give a file that a run of the benchmark wrote`,
        );
      }
    }),
    path,
  );
}

export function reportOf(records: readonly BenchRecord[], path = "the records"): Report {
  const run = records.find((record) => record.type === "run");
  if (run === undefined) {
    throw new RangeError(`${path}: no run in it; give a file that a run of the benchmark wrote`);
  }
  return {
    run,
    workloads: records.filter((record) => record.type === "workload"),
    results: records.filter((record) => record.type === "result"),
    starts: records.filter((record) => record.type === "start"),
    jobs: records.filter((record) => record.type === "job"),
    micro: records.filter((record) => record.type === "micro"),
  };
}
