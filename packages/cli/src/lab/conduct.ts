import { join } from "node:path";
import { random } from "@scoretape/autograd";
import { writeAtomically } from "../files/atomic.ts";
import { ensureWritable } from "../files/writable.ts";
import { toPng } from "../plots/png.ts";
import { versions } from "../report/version.ts";
import { type BackendFlags, backendOf, backendReport } from "../sampling/backend.ts";
import { breaths, type Interrupt } from "../terminal/interrupt.ts";
import type { Io } from "../terminal/io.ts";
import { duration, progress } from "../terminal/progress.ts";
import { stopwatch } from "../terminal/stopwatch.ts";
import { textTable } from "../terminal/text-table.ts";
import { type Claim, holds, showClaim, type Verdict } from "./claim.ts";
import type { Advance, Experiment, Laboratory } from "./experiment.ts";
import { knownFailureOf } from "./known-failures.ts";

/** How an experiment is to be done. */
export interface Conditions extends BackendFlags {
  readonly seed: number;
  readonly quick: boolean;
  /** Where its files go. */
  readonly directory: string;
  readonly model: string | null;
  readonly data: string | null;
}

/** How an experiment came out. */
export interface Outcome {
  readonly name: string;
  readonly claims: readonly Judged[];
  /** The claims that do not hold and are not known not to; none are judged in a quick run. */
  readonly failed: number;
}

/** A claim with its verdict. */
export interface Judged extends Claim {
  readonly verdict: Verdict;
  /** Why it is known to fail, where it is. */
  readonly knownBecause: string | null;
}

/**
 * Does an experiment: prints its tables and its verdict, then writes its pictures as PNG and SVG, and last its
 * numbers as JSON.
 */
export async function conduct(
  experiment: Experiment,
  asked: Conditions,
  io: Io,
  interrupt: Interrupt,
): Promise<Outcome> {
  const { name } = experiment;
  // Times of the short ones, their own and those they compare, are of one thread.
  const conditions = experiment.isLong === true ? asked : { ...asked, threads: asked.threads ?? 1 };
  const path = (file: string): string => join(conditions.directory, file);
  ensureWritable(path(`${name}.json`));
  const lap = stopwatch();
  const findings = await experiment.run(laboratoryOf(conditions, io, interrupt));
  await interrupt.listen();
  const seconds = lap();
  const claims = findings.claims.map((claim) => judged(name, claim, conditions));

  const drawn = findings.pictures.flatMap((picture) => {
    writeAtomically(path(`${picture.name}.svg`), picture.svg);
    writeAtomically(path(`${picture.name}.png`), toPng(picture.svg));
    return [`${picture.name}.png`, `${picture.name}.svg`];
  });
  const { seed, quick } = conditions;
  const content = {
    experiment: name,
    summary: experiment.summary,
    seed,
    quick,
    backend: backendReport(conditions),
    claims,
    numbers: findings.numbers,
    seconds,
    versions: versions(),
    files: drawn,
  };
  writeAtomically(path(`${name}.json`), `${JSON.stringify(content, null, 2)}\n`);

  io.stdout.write(`${name}: ${experiment.summary}\n${quick ? QUICK : ""}\n`);
  for (const { title, rows } of findings.tables) io.stdout.write(`${title}\n${textTable(rows)}\n`);
  for (const claim of claims) {
    const why = claim.verdict === "known failure" ? `  because ${claim.knownBecause}\n` : "";
    io.stdout.write(`${showClaim(claim, claim.verdict)}\n${why}`);
  }
  io.stdout.write(`\n${summaryOf(claims, conditions)}, in ${duration(seconds)}\n`);
  const shown = [...drawn.filter((file) => file.endsWith(".png")), `${name}.json`];
  io.stdout.write(shown.map((file) => `${path(file)}\n`).join(""));
  return { name, claims, failed: countOf("fail", claims) };
}

const QUICK = "(quick: the same computation on sizes too small to judge by)\n";

function laboratoryOf(conditions: Conditions, io: Io, interrupt: Interrupt): Laboratory {
  const { seed, quick, model, data } = conditions;
  return {
    key: random.key(seed),
    quick,
    backend: backendOf(conditions),
    model,
    data,
    size: (full, small) => (quick ? small : full),
    async track(steps, work) {
      const bar = progress({ steps, stream: io.stderr });
      const breathe = breaths();
      let done = 0;
      const advance: Advance = (count, loss) => {
        done += count;
        bar.update(done, loss);
        interrupt.check();
        return breathe();
      };
      try {
        return await work(advance);
      } finally {
        bar.stop();
      }
    },
  };
}

function judged(experiment: string, claim: Claim, conditions: Conditions): Judged {
  const knownBecause = knownFailureOf(experiment, claim.what, conditions)?.because ?? null;
  const failure = knownBecause === null ? "fail" : "known failure";
  const verdict = conditions.quick ? "not judged" : holds(claim) ? "pass" : failure;
  return { ...claim, verdict, knownBecause };
}

function countOf(verdict: Verdict, claims: readonly Judged[]): number {
  return claims.filter((claim) => claim.verdict === verdict).length;
}

function summaryOf(claims: readonly Judged[], { quick }: Conditions): string {
  if (quick) return `no verdict on ${claims.length} claims`;
  const [failed, known] = [countOf("fail", claims), countOf("known failure", claims)];
  const others = known === 0 ? "" : `, and ${known} are known to`;
  if (failed > 0) return `${failed} of ${claims.length} claims fail${others}`;
  return known === 0
    ? `all ${claims.length} claims hold`
    : `${known} of ${claims.length} claims fail, as is known`;
}
