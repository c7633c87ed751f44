import { join } from "node:path";
import { writeAtomically } from "../files/atomic.ts";
import { versions } from "../report/version.ts";
import type { Interrupt } from "../terminal/interrupt.ts";
import type { Io } from "../terminal/io.ts";
import { type Claim, holds, type Origin, type Relation, showRate } from "./claim.ts";
import { type Conditions, conduct } from "./conduct.ts";
import type { Experiment } from "./experiment.ts";
import { type KnownFailure, knownFailures, knownOn } from "./known-failures.ts";
import { readable } from "./numbers.ts";
import { average, type Estimate } from "./statistics.ts";

/** What became of a claim at several seeds. */
export interface Surveyed {
  readonly experiment: string;
  readonly what: string;
  readonly relation: Relation;
  readonly origin: Origin;
  /** The seeds at which it holds. */
  readonly heldAt: readonly number[];
  /** Its expected rate of false alarms, the mean over the seeds. */
  readonly falseAlarm: number;
  /** Numbers and limits, seed by seed. */
  readonly measured: readonly Estimate[];
  readonly limits: readonly Estimate[];
}

/**
 * Does experiments at several seeds, each into a directory of its own, and prints the share of the seeds at which each
 * claim holds: a table in Markdown, and `seeds.json`.
 */
export async function survey(
  work: readonly Experiment[],
  seeds: readonly number[],
  conditions: Conditions,
  io: Io,
  interrupt: Interrupt,
): Promise<void> {
  const silent: Io = { ...io, stdout: { write: () => true } };
  const surveyed: Surveyed[] = [];
  for (const experiment of work) {
    const runs: { readonly seed: number; readonly claims: readonly Claim[] }[] = [];
    for (const seed of seeds) {
      const directory = join(conditions.directory, `seed-${seed}`);
      const { claims } = await conduct(experiment, { ...conditions, seed, directory }, silent, interrupt);
      runs.push({ seed, claims });
    }
    surveyed.push(...surveyedOf(experiment.name, runs));
  }
  const content = { seeds, quick: conditions.quick, claims: surveyed, versions: versions() };
  writeAtomically(join(conditions.directory, "seeds.json"), `${JSON.stringify(content, null, 2)}\n`);
  io.stdout.write(surveyTable(surveyed, seeds, knownOn(conditions.data)));
}

function surveyedOf(
  experiment: string,
  runs: readonly { readonly seed: number; readonly claims: readonly Claim[] }[],
): Surveyed[] {
  return (runs[0]?.claims ?? []).map(({ what, relation, origin }) => {
    const found = runs.flatMap(({ seed, claims }) =>
      claims.filter((claim) => claim.what === what).map((claim) => ({ seed, claim })),
    );
    return {
      experiment,
      what,
      relation,
      origin,
      heldAt: found.filter(({ claim }) => holds(claim)).map(({ seed }) => seed),
      falseAlarm: average(found.map(({ claim }) => claim.falseAlarm)),
      measured: found.map(({ claim }) => claim.measured),
      limits: found.map(({ claim }) => claim.limit),
    };
  });
}

/** A table in Markdown, and what chance alone would give. */
export function surveyTable(
  surveyed: readonly Surveyed[],
  seeds: readonly number[],
  listed: readonly KnownFailure[] = knownFailures,
): string {
  const isFalse = ({ experiment, what }: Surveyed): boolean => {
    const known = listed.find((one) => one.experiment === experiment && one.what === what);
    return known !== undefined && known.byChance !== true;
  };
  const lines = surveyed.map((one) =>
    [
      `\`${one.experiment}\``,
      plain(one.what),
      plain(`${wanted(one)}: ${one.origin.says}`),
      `${one.heldAt.length} of ${seeds.length}`,
      isFalse(one) ? "known to be false" : showRate(one.falseAlarm),
    ].join(" | "),
  );
  const trials = surveyed.filter((one) => !isFalse(one));
  const failures = trials.reduce((total, { heldAt }) => total + seeds.length - heldAt.length, 0);
  const expected = trials.reduce((total, { falseAlarm }) => total + seeds.length * falseAlarm, 0);
  return [
    "| experiment | claim | limit | holds at | expected false alarms |",
    "|---|---|---|---|---|",
    ...lines.map((line) => `| ${line} |`),
    "",
    `Of ${seeds.length * trials.length} verdicts on ${trials.length} claims ${failures} are failures, where ` +
      `${expected.toFixed(1)} are expected by chance; ${surveyed.length - trials.length} more claims are known to be false.`,
    "",
  ].join("\n");
}

/** `above 1.00, a control`; where the limit was measured it is another at every seed. */
function wanted({ relation, origin, limits: [first, ...others] }: Surveyed): string {
  const prefix = relation === "is" ? "" : `${relation} `;
  const isFixed = first !== undefined && others.every(({ value }) => value === first.value);
  return isFixed
    ? `${prefix}${readable(first.value)}, ${origin.kind === "theory" ? "theory" : "a control"}`
    : `${prefix}${origin.kind === "theory" ? "theory's value" : "a control's"}`;
}

/** Text without meaning for Markdown. */
function plain(text: string): string {
  return text.replace(/[|*_<>[\]]/g, "\\$&");
}
