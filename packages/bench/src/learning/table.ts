import { add, type Key, mul, random, type Tensor, tensor } from "@scoretape/autograd";

/** A table of numbers without gaps. */
export interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  /** [n, d], in float64. */
  readonly values: Tensor;
}

/** The rows of an array [n, d]. */
export function rowsIn({ data, shape: [n = 0, d = 0] }: Tensor): number[][] {
  return Array.from({ length: n }, (_, i) => Array.from(data.subarray(i * d, (i + 1) * d)));
}

/** The finest grid that is looked for is that of thousandths. */
const GRIDS = [1, 10, 100, 1000];
/** So far from a whole number a decimal fraction may be read. */
const ROUNDING = 1e-6;

/**
 * Spreads the values of columns that stand on a grid of units, tenths, hundredths or thousandths, and repeat there, evenly
 * over their cells, x + u·step with u uniform on [−½, ½): then each column has a density (Theis, van den Oord & Bethge
 * 2016, A note on the evaluation of generative models, section 3.1).
 */
export function dequantized({ values, ...table }: Table, key: Key): Table {
  const [rows = 0, columns = 0] = values.shape;
  const steps = Array.from({ length: columns }, (_, j) =>
    stepOf(Array.from({ length: rows }, (_, i) => Number(values.data[i * columns + j]))),
  );
  const u = random.uniform(key, values.shape, { dtype: "float64" });
  return { ...table, values: add(values, mul(tensor(steps, { dtype: "float64" }), add(u, -0.5))) };
}

/** The step of a column's grid; 0 where no value stands twice, or there is no such grid. */
function stepOf(values: readonly number[]): number {
  if (new Set(values).size === values.length) return 0;
  const isOn = (parts: number): boolean =>
    values.every((value) => Math.abs(value * parts - Math.round(value * parts)) <= ROUNDING);
  const parts = GRIDS.find(isOn);
  return parts === undefined ? 0 : 1 / parts;
}
