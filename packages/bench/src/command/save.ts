import { resolve } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { machineClass } from "../machine/environment.ts";
import { chart } from "../report/chart.ts";
import { markdown } from "../report/markdown.ts";
import { type BenchRecord, type RunRecord, reportOf, writeRecords } from "../report/record.ts";

const bench = resolve(import.meta.dirname, "../..");

/**
 * Where a report goes, without the ending of its files: the whole, full runs into the package, named by date and
 * machine; others into `out/bench`, unless a folder is given.
 */
export function reportPath({ date, mode, environment }: RunRecord, whole: boolean, folder?: string): string {
  const name = `${date.slice(0, 10)}-${machineClass(environment)}${mode === "quick" ? "-quick" : ""}`;
  const usual = whole && mode === "full" ? resolve(bench, "report") : resolve(bench, "../../out/bench");
  return resolve(folder ?? usual, name);
}

/** Writes the records as JSON lines, and the report with its chart. */
export function saveReport(path: string, records: readonly BenchRecord[]): void {
  writeRecords(`${path}.jsonl`, records);
  const report = reportOf(records);
  const picture = `${path}.svg`;
  writeFileAtomic.sync(picture, chart(report));
  writeFileAtomic.sync(`${path}.md`, markdown(report, picture.slice(picture.lastIndexOf("/") + 1)));
}
