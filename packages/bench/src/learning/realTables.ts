import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { tensor } from "@scoretape/autograd";
import { readTable } from "@scoretape/score/tables";
import type { Table } from "./table.ts";

/** Where `vega-datasets` is installed, by a lock file of its own: nothing else needs it. */
const home = resolve(import.meta.dirname, "../../tables");
const files = ["penguins.json", "cars.json", "movies.json", "weather.csv"];

/** The tables of `vega-datasets` (Vega's authors, BSD), which is installed on first use. */
export function vegaTables(): Table[] {
  return files.map((file) => tableAt(vegaFile(file)));
}

/** Where a file of `vega-datasets` lies. */
export function vegaFile(file: string): string {
  const folder = join(home, "node_modules/vega-datasets/data");
  if (!existsSync(folder)) {
    execFileSync("npm", ["ci", "--prefix", home, "--no-audit", "--no-fund"], { stdio: "ignore" });
  }
  return join(folder, file);
}

/** The CSV and JSON files of a folder. */
export function tablesIn(folder: string): Table[] {
  const names = readdirSync(folder).filter((name) => /\.(csv|json)$/.test(name));
  return names.sort().map((name) => tableAt(join(folder, name)));
}

/** The numeric columns of a CSV file, or of a JSON file of records; rows with gaps are left out. */
function tableAt(path: string): Table {
  const name = basename(path).replace(/\.\w+$/, "");
  const text = readFileSync(path, "utf8");
  return path.endsWith(".csv") ? ofCsv(name, text) : ofRecords(name, JSON.parse(text));
}

/** A column is numeric where the first row without gaps has a number. */
export function ofCsv(name: string, text: string): Table {
  const [header = [], ...lines] = text.split(/\r?\n/).map((line) => line.split(","));
  const whole = lines.find((cells) => cells.length === header.length && cells.every((cell) => cell !== ""));
  const ignore = header.filter((_, j) => !Number.isFinite(Number(whole?.[j] ?? Number.NaN)));
  const { columns, rows, values } = readTable(text, {
    gaps: "drop",
    ...(ignore.length === 0 ? {} : { ignore }),
  }).table;
  return { name, columns, values: tensor(values, { shape: [rows, columns.length] }) };
}

/** A column is numeric where all its values are numbers or null, and some are numbers. */
export function ofRecords(name: string, records: readonly Readonly<Record<string, unknown>>[]): Table {
  const columns = Object.keys(records[0] ?? {}).filter((column) => {
    const numbers = records.filter((record) => typeof record[column] === "number").length;
    const others = records.filter((record) => (record[column] ?? null) !== null).length - numbers;
    return others === 0 && numbers > 0;
  });
  const rows = records
    .map((record) => columns.map((column) => Number(record[column] ?? Number.NaN)))
    .filter((row) => row.every(Number.isFinite));
  return {
    name,
    columns,
    values: tensor(Float64Array.from(rows.flat()), { shape: [rows.length, columns.length] }),
  };
}
