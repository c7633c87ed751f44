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
import type { Advance, Experiment, Findings, Laboratory } from "./experiment.ts";

/** How an experiment is to be done. */
export interface Conditions extends BackendFlags {
  readonly seed: number;
  readonly quick: boolean;
  /** Where its files go. */
  readonly directory: string;
  readonly model: string | null;
}

/** How an experiment came out. */
export interface Outcome {
  readonly name: string;
  readonly claims: number;
  /** The claims that do not hold; none are judged in a quick run. */
  readonly failed: number;
}

/**
 * Does an experiment: prints its tables and its verdict, then writes its pictures as PNG and SVG, and last its
 * numbers as JSON.
 */
export async function conduct(
  experiment: Experiment,
  conditions: Conditions,
  io: Io,
  interrupt: Interrupt,
): Promise<Outcome> {
  const { name } = experiment;
  const path = (file: string): string => join(conditions.directory, file);
  ensureWritable(path(`${name}.json`));
  const lap = stopwatch();
  const findings = await experiment.run(laboratoryOf(conditions, io, interrupt));
  await interrupt.listen();
  const seconds = lap();
  const verdicts = findings.claims.map((claim) => ({ claim, verdict: verdictOn(claim, conditions) }));

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
    claims: verdicts.map(({ claim, verdict }) => ({ ...claim, verdict })),
    numbers: findings.numbers,
    seconds,
    versions: versions(),
    files: drawn,
  };
  writeAtomically(path(`${name}.json`), `${JSON.stringify(content, null, 2)}\n`);

  io.stdout.write(`${name}: ${experiment.summary}\n${quick ? QUICK : ""}\n`);
  for (const { title, rows } of findings.tables) io.stdout.write(`${title}\n${textTable(rows)}\n`);
  for (const { claim, verdict } of verdicts) io.stdout.write(`${showClaim(claim, verdict)}\n`);
  io.stdout.write(`\n${summaryOf(findings, verdicts, conditions)}, in ${duration(seconds)}\n`);
  const shown = [...drawn.filter((file) => file.endsWith(".png")), `${name}.json`];
  io.stdout.write(shown.map((file) => `${path(file)}\n`).join(""));
  return { name, claims: verdicts.length, failed: failuresIn(verdicts) };
}

const QUICK = "(quick: the same computation on sizes too small to judge by)\n";

function laboratoryOf(conditions: Conditions, io: Io, interrupt: Interrupt): Laboratory {
  const { seed, quick, model } = conditions;
  return {
    key: random.key(seed),
    quick,
    backend: backendOf(conditions),
    model,
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

function verdictOn(claim: Claim, { quick }: Conditions): Verdict {
  if (quick) return "not judged";
  return holds(claim) ? "pass" : "fail";
}

function failuresIn(verdicts: readonly { readonly verdict: Verdict }[]): number {
  return verdicts.filter(({ verdict }) => verdict === "fail").length;
}

function summaryOf(
  { claims }: Findings,
  verdicts: readonly { readonly verdict: Verdict }[],
  { quick }: Conditions,
): string {
  if (quick) return `no verdict on ${claims.length} claims`;
  const failed = failuresIn(verdicts);
  return failed === 0 ? `all ${claims.length} claims hold` : `${failed} of ${claims.length} claims fail`;
}
