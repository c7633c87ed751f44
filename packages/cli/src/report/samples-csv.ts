import type { Tensor } from "@scoretape/autograd";
import { decodedSamples, type Model, restored, rounded } from "@scoretape/score/model";
import { writeMixedTable, writeTable } from "@scoretape/score/tables";
import { tableOf } from "../data/source.ts";

/** Samples, standardised, as CSV text in the data's own units, with the delimiter and the decimal sign of the data's file. */
export function samplesCsv({ description }: Model, samples: Tensor): string {
  const { columns, standardization, schema, writing } = description;
  const points = rounded(standardization, restored(standardization, samples));
  return schema === undefined
    ? writeTable(tableOf(columns, points), writing)
    : writeMixedTable(decodedSamples({ description }, points), writing);
}
