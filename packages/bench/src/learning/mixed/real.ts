import { readFileSync } from "node:fs";
import { random } from "@scoretape/autograd";
import { vegaFile } from "../realTables.ts";
import { cellsOf, type MixedSubject, someOf } from "./subject.ts";

/** The share of rows that is held out. */
const HELD_OUT = 0.3;

interface Choice {
  readonly columns: readonly string[];
  readonly targets: readonly string[];
}

/** The columns of each table that are no names of rows and have few gaps. */
const choices: Readonly<Record<string, Choice>> = {
  penguins: {
    columns: [
      ...["Species", "Island", "Beak Length (mm)", "Beak Depth (mm)"],
      ...["Flipper Length (mm)", "Body Mass (g)", "Sex"],
    ],
    targets: ["Sex", "Body Mass (g)"],
  },
  cars: {
    columns: [
      ...["Miles_per_Gallon", "Cylinders", "Displacement", "Horsepower"],
      ...["Weight_in_lbs", "Acceleration", "Year", "Origin"],
    ],
    targets: ["Origin", "Miles_per_Gallon"],
  },
  movies: {
    columns: [
      ...["US Gross", "Worldwide Gross", "Production Budget", "Release Date", "MPAA Rating"],
      ...["Major Genre", "Rotten Tomatoes Rating", "IMDB Rating", "IMDB Votes"],
    ],
    targets: ["MPAA Rating", "IMDB Rating"],
  },
};

/** Tables of `vega-datasets`, rows with gaps left out: those are no part of the question. */
export function realMixedTables(): MixedSubject[] {
  return Object.entries(choices).map(([name, { columns, targets }]) => {
    const parsed: readonly Readonly<Record<string, unknown>>[] = JSON.parse(
      readFileSync(vegaFile(`${name}.json`), "utf8"),
    );
    const rows = parsed
      .map((record) => columns.map((column) => cellOf(record[column])))
      .filter((row) => row.every((cell) => cell !== null));
    const table = {
      columns,
      rows: rows.length,
      cells: columns.map((_, j) => cellsOf(rows.map((row) => row[j] ?? null))),
    };
    return {
      name,
      targets,
      split(key) {
        const order = [...random.permutation(key, rows.length).data];
        const held = Math.round(HELD_OUT * rows.length);
        return { training: someOf(table, order.slice(held)), test: someOf(table, order.slice(0, held)) };
      },
    };
  });
}

/** A dot stands for a gap in one of them. */
function cellOf(value: unknown): number | string | null {
  if (typeof value === "number") return value;
  return typeof value === "string" && value !== "" && value !== "." ? value : null;
}
