import { Command } from "commander";
import { carryOut } from "../command/carryOut.ts";
import { outputTo } from "../command/output.ts";
import { UsageError } from "../command/usageError.ts";
import { namesIn } from "../command/values.ts";
import { usualPython } from "../python/run.ts";
import type { ResultRecord } from "../report/record.ts";
import { arraysOf } from "../workloads/arrays.ts";
import { workloads } from "../workloads/workload.ts";
import { caseOf, drawing } from "./cases.ts";
import { type AgreementRecord, compared, passes } from "./compare.ts";
import { enginesIn } from "./engines.ts";
import { FLOOR, TIMES } from "./errors.ts";
import { agreementTable, misses } from "./report.ts";
import { speedTable, timedSteps } from "./speed.ts";

/** The workloads whose steps are compared, and W6, whose network the annealed chains have. */
const chosen = ["W1", "W3-d2", "W3-d8", "W3-d32", "W4", "W5", "W6", "W9"];

const cases = [
  drawing,
  ...workloads
    .filter(({ id }) => chosen.includes(id))
    .map((workload) =>
      caseOf({ workload, arrays: arraysOf(workload) }, { levels: 10, stepsPerLevel: 5, stepSize: 1e-4 }),
    ),
];

interface Flags {
  readonly only?: string;
  readonly python: string;
  readonly out?: string;
  readonly time?: boolean;
}

async function agree({ only, python, out, time = false }: Flags): Promise<void> {
  const names = namesIn(
    "--only",
    only,
    cases.map(({ id }) => id),
  );
  const engines = enginesIn(python, (line) => console.log(line));
  if (engines.length === 0) throw new UsageError(`agree: ${python} has no engine to compare with`);
  if (time) {
    const timings = outputTo<ResultRecord>(out);
    const results = await timedSteps(python, (line) => timings.log(line));
    for (const result of results) timings.record(result);
    console.log(speedTable(results));
    return;
  }
  const output = outputTo<AgreementRecord>(out);
  const records: AgreementRecord[] = [];
  for (const one of cases.filter(({ id }) => names.includes(id))) {
    output.log(`${one.id}: ${one.title}`);
    records.push(...(await compared([one], engines, (record) => output.record(record))));
  }
  console.log(
    `Errors in parts of the reference's norm, in brackets WebAssembly's; at most ${TIMES} times that and ${FLOOR.toExponential(1)}.\n\n` +
      agreementTable(records),
  );
  for (const line of misses(records)) console.log(`- ${line}`);
  if (!records.every(passes)) process.exitCode = 1;
}

const command = new Command("agree")
  .description(
    "Compares exported programs in XLA and ONNX Runtime with this package's own; exit code 1 beyond a limit.",
  )
  .exitOverride()
  .option("--only <names>", `between commas: ${cases.map(({ id }) => id).join(", ")}`)
  .option("--python <path>", "the Python that has jax, onnx and onnxruntime", usualPython)
  .option("--out <file>", "where records go as JSON lines, after those that are there")
  .option("--time", "whole steps of W1 and W4 by the clock instead, beside WebAssembly's in turn")
  .action(agree);

await carryOut(command);
