/// <reference lib="dom" />

import { column, type Table } from "@scoretape/score/tables";
import { parseHTML } from "linkedom";
import { density2d, variableOf } from "../src/plots/density.ts";
import { type Frame, frameOf, gridPoints } from "../src/plots/frame.ts";
import { toPng } from "../src/plots/png.ts";
import type { Portrait } from "../src/plots/portrait.ts";

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
export function uniforms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function normals(seed: number): () => number {
  const uniform = uniforms(seed);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Standard normal rows, the j-th column scaled by j + 1. */
export function normalTable(rows: number, width: number, seed: number): Table {
  const normal = normals(seed);
  return {
    columns: Array.from({ length: width }, (_, j) => `column ${j + 1} (cm)`),
    rows,
    values: Float64Array.from({ length: rows * width }, (_, i) => ((i % width) + 1) * normal()),
  };
}

/** The density of a table's first two columns. */
export function densityOf(table: Table, frame: Frame, columns: number, rows: number): Float64Array {
  return density2d(variableOf(column(table, 0)), variableOf(column(table, 1)), frame, columns, rows);
}

/** A picture's subject: normal data with their own score −x/σ². */
export function normalPortrait(data = normalTable(60, 2, 1), samples = normalTable(200, 2, 2)): Portrait {
  const frame = frameOf(data, samples);
  return {
    data,
    samples,
    field: {
      frame,
      density: { columns: 30, rows: 30, values: densityOf(samples, frame, 30, 30) },
      score: {
        columns: 6,
        rows: 5,
        values: gridPoints(frame, 6, 5).map((x, i) => (i % 2 === 0 ? -x : -x / 4)),
      },
    },
  };
}

/** The picture's elements; throws if the text is not well-formed XML. */
export function elements(svg: string): Element {
  toPng(svg, 40);
  return parseHTML(`<!doctype html><html><body>${svg}</body></html>`).document.body;
}
