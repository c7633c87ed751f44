import { type Effort, quick, thorough } from "../measure/effort.ts";
import type { Suite } from "../micro/suite.ts";
import { suites } from "../micro/suites.ts";
import { chosenWorkloads, type Workload, workloads } from "../workloads/workload.ts";
import { UsageError } from "./usageError.ts";

/** The options as the command line gives them. */
export interface Flags {
  readonly quick?: boolean;
  readonly only?: readonly string[];
  readonly implementations?: readonly string[];
  readonly node?: readonly string[];
  readonly python: string;
  readonly out?: string;
  readonly rounds?: string;
  readonly roundSeconds?: string;
  readonly warmUpSeconds?: string;
}

/** What a run does. */
export interface Plan {
  readonly quick: boolean;
  readonly effort: Effort;
  readonly workloads: readonly Workload[];
  /** Whether fresh processes are started, W8. */
  readonly starts: boolean;
  /** Whether whole jobs are carried out, W11. */
  readonly jobs: boolean;
  /** The suites of microbenchmarks. */
  readonly suites: readonly Suite[];
  /** Whether everything is measured that such a run measures. */
  readonly whole: boolean;
  /** Whether an implementation is asked for. */
  wants(id: string): boolean;
}

const [STARTS, JOBS] = ["W8", "W11"];
const MICRO = "micro";

/** @throws UsageError when an option is unknown or out of its range */
export function planOf(flags: Flags): Plan {
  const { only = [], implementations = [] } = flags;
  checkNames(only);
  const hasty = flags.quick === true;
  const usual = hasty ? quick : thorough;
  const everything = only.length === 0;
  const named = everything ? workloads : only.flatMap((name) => chosenWorkloads([name]));
  return {
    quick: hasty,
    effort: {
      ...usual,
      rounds: number("--rounds", flags.rounds, usual.rounds, 1),
      roundSeconds: number("--round-seconds", flags.roundSeconds, usual.roundSeconds, 0),
      warmUpSeconds: number("--warm-up-seconds", flags.warmUpSeconds, usual.warmUpSeconds, 0),
    },
    // What is named is run, also by a quick run that would leave it out.
    workloads: workloads.filter((one) => named.includes(one) && (!everything || !hasty || one.quick)),
    starts: everything || only.includes(STARTS),
    jobs: everything || only.includes(JOBS),
    suites: suites.filter(({ name, quick: brief = false, needsGpu = false }) =>
      everything || only.includes(MICRO) ? !needsGpu && (!hasty || brief) : only.includes(name),
    ),
    whole: everything && implementations.length === 0,
    wants: (id) => implementations.length === 0 || implementations.some((text) => id.includes(text)),
  };
}

function checkNames(names: readonly string[]): void {
  for (const name of names) {
    const known = [STARTS, JOBS, MICRO, ...suites.map((suite) => suite.name)].includes(name);
    if (!known && chosenWorkloads([name]).length === 0) {
      const ids = [
        ...workloads.map(({ id }) => id),
        STARTS,
        JOBS,
        MICRO,
        ...suites.map((suite) => suite.name),
      ];
      throw new UsageError(`--only: there is no "${name}"; choose ${ids.join(", ")}`);
    }
  }
}

function number(option: string, text: string | undefined, usual: number, least: number): number {
  if (text === undefined) return usual;
  const value = Number(text);
  if (!Number.isFinite(value) || value < least || (option === "--rounds" && !Number.isInteger(value))) {
    throw new UsageError(
      `${option}: "${text}" is not a ${option === "--rounds" ? "whole " : ""}number from ${least}`,
    );
  }
  return value;
}
