import { renameSync, rmSync, writeFileSync } from "node:fs";
import { environment, loadAverage } from "./environment.ts";
import { type Options, parseOptions, UsageError, usage } from "./options.ts";
import { type Result, runSuite } from "./suite.ts";
import { table } from "./table.ts";

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) console.log(usage);
  else await bench(options);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

async function bench({ effort, suites, json }: Options): Promise<void> {
  const date = new Date().toISOString();
  const where = environment();
  const loadBefore = loadAverage();
  const { cpu, cores, platform, node, v8, mitata, commit } = where;
  console.log(
    `${cpu}, ${cores} cores, ${platform}; Node ${node}, V8 ${v8}, mitata ${mitata}; commit ${commit}`,
  );
  console.log(`Load average before: ${showLoad(loadBefore)}`);
  console.log(`Median (least – greatest) of ${effort.rounds} rounds.`);

  const results: Result[] = [];
  for (const suite of suites) {
    console.log(`\n${suite.name}: ${suite.title}`);
    const own = await runSuite(suite, effort);
    console.log(table(own));
    results.push(...own);
  }

  const loadAfter = loadAverage();
  console.log(`\nLoad average after: ${showLoad(loadAfter)}`);
  if (json !== null) {
    const report = { date, environment: where, effort, loadBefore, loadAfter, results };
    writeWhole(json, `${JSON.stringify(report, null, 2)}\n`);
    console.log(`Results: ${json}`);
  }
}

function showLoad(averages: readonly number[]): string {
  return averages.map((load) => load.toFixed(2)).join(", ");
}

/** Writes the whole file or none of it. */
function writeWhole(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text);
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}
