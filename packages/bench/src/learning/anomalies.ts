import { add, type Key, random, type Tensor, take, tensor } from "@scoretape/autograd";
import { data, kernelBandwidth } from "@scoretape/score";
import { cellGains, keysOf, logDensity, standardized, type Wishes } from "@scoretape/score/model";
import type { Output } from "../command/output.ts";
import { showNumber } from "../report/numbers.ts";
import type { Forest } from "./isolationForest.ts";
import { learn } from "./learn.ts";
import { dequantized, rowsIn, type Table } from "./table.ts";

/** How well planted rows are told by their density: areas under the curves of rates, ½ by chance and 1 at best. */
export interface AnomalyRecord {
  readonly kind: "anomalies";
  readonly table: string;
  readonly rows: number;
  readonly columns: number;
  readonly split: number;
  /** Of rows with one cell that was drawn anew from its column. */
  readonly swapped: Areas;
  /** Of rows that are three times as far from the mean. */
  readonly far: Areas;
  /** The share of rows with a new cell in which that cell is the one to blame. */
  readonly blamed: number;
}

export interface Areas {
  readonly model: number;
  readonly kde: number;
  readonly gaussian: number;
  /** An isolation forest's, where there is one. */
  readonly forest?: number;
}

export interface AnomaliesPlan {
  readonly tables: readonly Table[];
  readonly splits: number;
  readonly forest: Forest | null;
  readonly wishes: Wishes;
}

/** The share of rows that is held out, and how much farther far rows are. */
const [HELD_OUT, FARTHER] = [0.3, 3];
/** So many rows are held out at most, and in so many of those with a new cell it is looked for. */
const [MOST_ROWS, LOOKED_AT] = [400, 40];

export async function measureAnomalies(
  plan: AnomaliesPlan,
  output: Output<AnomalyRecord>,
): Promise<AnomalyRecord[]> {
  const records: AnomalyRecord[] = [];
  for (let split = 0; split < plan.splits; split++) {
    for (const table of plan.tables) {
      const record = await measured(table, split, plan);
      output.record(record);
      const shown = ({ model, kde, gaussian, forest }: Areas): string =>
        [model, kde, gaussian, forest]
          .map((area) => (area === undefined ? "–" : showNumber(area)))
          .join(", ");
      output.log(
        `${table.name}, split ${split}: model, KDE, Gaussian, forest: new cells ${shown(record.swapped)}; far ${shown(record.far)}; ` +
          `blamed ${showNumber(record.blamed)}`,
      );
      records.push(record);
    }
  }
  return records;
}

async function measured(
  table: Table,
  split: number,
  { wishes, forest }: Pick<AnomaliesPlan, "wishes" | "forest">,
): Promise<AnomalyRecord> {
  const keys = keysOf(split);
  const { name, columns, values } = dequantized(table, keysOf(0).rows);
  const [rows = 0, d = 0] = values.shape;
  const order = [...random.permutation(keys.testRows, rows).data];
  const held = Math.min(MOST_ROWS, Math.round(HELD_OUT * rows));
  const [training, test] = [take(values, order.slice(held)), take(values, order.slice(0, held))];
  const { model } = await learn(
    { name, columns, values: training, set: null },
    { wishes: { ...wishes, seed: split, testFraction: 0 } },
  );
  const { standardization: units, settings } = model.description;
  const swapped = withNewCells(test, training, random.foldIn(keys.measurements, 0));
  const far = fartherOut(test, units.mean);
  const densities = {
    model: (x: Tensor) => logDensity(model, x).data,
    kde: kernelsOf(standardized(units, training), settings.sigmaMin, (x) => standardized(units, x)),
    gaussian: gaussianOf(standardized(units, training), (x) => standardized(units, x)),
  };
  const [testUsual = [], ...plantedUsual] =
    (await forest?.(training, [test, swapped.rows, far], split)) ?? [];
  const areasOf = (planted: Tensor, usual: readonly number[] | undefined): Areas => {
    const of = (density: (x: Tensor) => ArrayLike<number>) => areaBelow(density(planted), density(test));
    return {
      ...{ model: of(densities.model), kde: of(densities.kde), gaussian: of(densities.gaussian) },
      ...(usual === undefined ? {} : { forest: areaBelow(usual, testUsual) }),
    };
  };
  const looked = Math.min(LOOKED_AT, held);
  const some = Array.from({ length: looked }, (_, row) => row);
  const { gain } = cellGains(model, take(swapped.rows, some));
  const hits = some.filter((row) => {
    const own = Array.from(gain.data.subarray(row * d, (row + 1) * d));
    return own.indexOf(Math.max(...own)) === swapped.columns[row];
  });
  return {
    ...{ kind: "anomalies", table: name, rows, columns: d, split },
    swapped: areasOf(swapped.rows, plantedUsual[0]),
    far: areasOf(far, plantedUsual[1]),
    blamed: hits.length / looked,
  };
}

/** Rows in each of which one cell, in turn, is that of a random training row. */
function withNewCells(
  rows: Tensor,
  training: Tensor,
  key: Key,
): { readonly rows: Tensor; readonly columns: readonly number[] } {
  const [n = 0, d = 0] = rows.shape;
  const from = random.uniform(key, [n], { dtype: "float64" }).data;
  const columns = Array.from({ length: n }, (_, row) => row % d);
  const values = Float64Array.from(rows.data);
  columns.forEach((column, row) => {
    const other = Math.floor((from[row] as number) * (training.shape[0] ?? 0));
    values[row * d + column] = training.data[other * d + column] as number;
  });
  return { rows: tensor(values, { shape: rows.shape }), columns };
}

function fartherOut(rows: Tensor, mean: readonly number[]): Tensor {
  const d = mean.length;
  const values = Float64Array.from(rows.data, (x, at) => FARTHER * (x - (mean[at % d] as number)));
  return add(tensor(values, { shape: rows.shape }), tensor(mean, { dtype: "float64" }));
}

function kernelsOf(training: Tensor, least: number, standard: (x: Tensor) => Tensor) {
  const [n = 0, d = 0] = training.shape;
  const some = take(
    training,
    Array.from({ length: Math.min(n, 700) }, (_, row) => row),
  );
  const bandwidth = Math.max(
    least,
    kernelBandwidth(some, { least }) * (Math.min(n, 700) / n) ** (1 / (d + 4)),
  );
  const set = data.fromRows(
    rowsIn(training),
    Array.from({ length: d }, (_, j) => `x${j}`),
  );
  return (x: Tensor) => set.logDensity(standard(x), bandwidth).data;
}

function gaussianOf(training: Tensor, standard: (x: Tensor) => Tensor) {
  const { mean, axes, deviation } = data.normalMoments(training, { shrinkage: "leave-one-out" });
  const d = deviation.size;
  return (x: Tensor) => {
    const z = standard(x).data;
    return Float64Array.from({ length: z.length / d }, (_, row) => {
      let square = 0;
      for (let k = 0; k < d; k++) {
        let along = 0;
        for (let j = 0; j < d; j++)
          along += (axes.data[j * d + k] as number) * ((z[row * d + j] as number) - (mean.data[j] as number));
        square += (along / (deviation.data[k] as number)) * (along / (deviation.data[k] as number));
      }
      return -0.5 * square;
    });
  };
}

/** The probability that one of the first is below one of the others, ties counted half. */
export function areaBelow(first: ArrayLike<number>, others: ArrayLike<number>): number {
  let wins = 0;
  for (let i = 0; i < first.length; i++) {
    for (let j = 0; j < others.length; j++) {
      const [a, b] = [first[i] as number, others[j] as number];
      wins += a < b ? 1 : a === b ? 0.5 : 0;
    }
  }
  return wins / (first.length * others.length);
}
