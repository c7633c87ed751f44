import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { linearRegression } from "simple-statistics";
import { type Size, writeCsv } from "./csv.ts";
import { type Cost, trained } from "./job.ts";

/** A size, and what the job took there. */
export interface Growth extends Size, Cost {}

/** One side of the table of sizes grows, the other stays. */
const [FIXED_COLUMNS, FIXED_ROWS] = [4, 2000];
const whole = { rows: [1e3, 1e4, 1e5, 1e6], columns: [2, 8, 32, 100, 300] };
const short = { rows: [1e3, 1e4, 1e5], columns: [2, 16, 100] };

/** W12: the command's whole job over tables that grow, line by line as it is measured. */
export function measureGrowth(quick: boolean, log: (line: string) => void): void {
  const steps = quick ? 100 : 500;
  const { rows, columns } = quick ? short : whole;
  const byRows = rows.map((count) => ({ rows: count, columns: FIXED_COLUMNS }));
  const byColumns = columns.map((count) => ({ rows: FIXED_ROWS, columns: count }));
  const folder = mkdtempSync(join(tmpdir(), "scoretape-growth-"));
  const file = join(folder, "table.csv");
  const measured = (size: Size): Growth => {
    writeCsv(file, size);
    const growth = { ...size, ...trained(file, join(folder, "model"), steps) };
    log(growthRow(growth));
    return growth;
  };
  try {
    log(
      `| rows | columns | processor time, s | training of it, s | peak memory, MB |\n|---|---|---|---|---|`,
    );
    const ofRows = byRows.map(measured);
    const ofColumns = byColumns.map(measured);
    log(`\n${slopes("rows", ofRows)}\n${slopes("columns", ofColumns)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function growthRow({ rows, columns, seconds, training, memory }: Growth): string {
  const numbers = [rows, columns].map((count) => count.toLocaleString("en"));
  return `| ${[...numbers, seconds.toFixed(1), training.toFixed(1), (memory / 1e6).toFixed(0)].join(" | ")} |`;
}

/** How time and memory grow with one side: the slopes of straight lines through their logarithms. */
export function slopes(side: "rows" | "columns", measured: readonly Growth[]): string {
  const slope = (what: "seconds" | "memory"): string =>
    linearRegression(measured.map((one) => [Math.log(one[side]), Math.log(one[what])])).m.toFixed(2);
  return `with the ${side}: time^${slope("seconds")}, memory^${slope("memory")}`;
}
