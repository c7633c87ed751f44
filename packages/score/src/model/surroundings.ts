import {
  add,
  broadcastTo,
  cast,
  concat,
  expandDims,
  type Key,
  mul,
  random,
  type Tensor,
  take,
  tensor,
  where,
} from "@scoretape/autograd";
import type { SamplerBackend } from "../samplers/compiled.ts";
import { type Completions, completionsOf, type Normal, normalOf, slopesOf } from "./completions.ts";
import { alike, inUnits } from "./importanceWeights.ts";
import { impute } from "./impute.ts";
import type { Model } from "./model.ts";

/** A value of a cell among those of its row. */
export interface Trial {
  /** The number of the cell, row·d + column. */
  readonly cell: number;
  /** In the model's units. */
  readonly value: number;
}

/** Rows with another value in one cell, and with their gaps drawn as that value has them. */
export type Surroundings = (trials: readonly Trial[]) => Completions;

/** So many draws of the model are what gaps are drawn about: as many with the cell as without it. */
const NEAR = 16;

/**
 * Draws the gaps of rows in one cell of which values are tried. Gaps are drawn about what they may be given the row, moved with the value as
 * the normal distribution of the rows has it, and about what they may be if nothing is known of the cell, so that other values are
 * judged as well as its own; the same numbers make the draws of all values, whose densities can so be compared.
 *
 * @param x [n, d] in the data's own units, NaN for gaps; each row has some
 * @param cells those in which values are tried, by number
 */
export function surroundingsOf(
  model: Model,
  x: Tensor,
  cells: readonly number[],
  { key, draws, backend }: { readonly key: Key; readonly draws: number; readonly backend?: SamplerBackend },
): Surroundings {
  const [, d = 0] = x.shape;
  const units = model.description.standardization;
  const rows = take(
    cast(x, "float64"),
    cells.map((cell) => Math.floor(cell / d)),
  );
  const isCell = oneHot(cells, d);
  const drawn = (of: Tensor, i: number): Tensor =>
    inUnits(
      units,
      impute(model, of, {
        ...{ key: random.foldIn(key, i), draws: NEAR, particles: NEAR },
        ...(backend === undefined ? {} : { backend }),
      }),
    );
  const along = drawn(rows, 0);
  const apart = drawn(where(isCell, Number.NaN, rows), 1);
  const z = inUnits(units, rows);
  const normal = normalOf(model);
  const places = new Map(cells.map((cell, at) => [cell, at]));
  return (trials) => {
    const at = trials.map(({ cell }) => places.get(cell) ?? 0);
    const moved = Float64Array.from(
      trials,
      ({ value, cell }, i) => value - (z.data[(at[i] ?? 0) * d + (cell % d)] ?? 0),
    );
    return drawnAbout(
      normal,
      take(z, at),
      { along: take(along, at), apart: take(apart, at) },
      {
        ...{ columns: trials.map(({ cell }) => cell % d), moved: tensor(moved) },
        ...{ key: random.foldIn(key, 2), draws },
      },
    );
  };
}

/** Completions of rows of which each is moved in one column. */
function drawnAbout(
  normal: Normal,
  rows: Tensor,
  { along, apart }: { readonly along: Tensor; readonly apart: Tensor },
  how: {
    readonly columns: readonly number[];
    readonly moved: Tensor;
    readonly key: Key;
    readonly draws: number;
  },
): Completions {
  const [n = 0, d = 0] = rows.shape;
  const { draws: K } = how;
  const points = new Float64Array(n * K * d);
  const logProposal = new Float64Array(n * K);
  for (const group of alike(rows)) {
    const columns = group.map((i) => how.columns[i] ?? 0);
    const moved = expandDims(take(how.moved, group), 1);
    const own = add(take(rows, group), mul(moved, oneHot(columns, d)));
    const shift = expandDims(mul(moved, take(slopesOf(normal, take(rows, [group[0] ?? 0])), columns)), 1);
    const near = concat([add(take(along, group), shift), take(apart, group)], 1);
    const x = broadcastTo(expandDims(own, 1), [group.length, K, d]);
    const found = completionsOf(normal, x, near, how.key, { shared: true });
    group.forEach((row, k) => {
      points.set(found.points.data.subarray(k * K * d, (k + 1) * K * d), row * K * d);
      logProposal.set(found.logProposal.data.subarray(k * K, (k + 1) * K), row * K);
    });
  }
  return {
    points: tensor(points, { shape: [n, K, d] }),
    logProposal: tensor(logProposal, { shape: [n, K] }),
  };
}

/** 1 where a cell is, [n, d]. */
function oneHot(cells: readonly number[], d: number): Tensor {
  const values = new Float64Array(cells.length * d);
  cells.forEach((cell, i) => {
    values[i * d + (cell % d)] = 1;
  });
  return tensor(values, { shape: [cells.length, d] });
}
