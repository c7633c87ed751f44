import {
  add,
  concat,
  div,
  type Key,
  matmul,
  mul,
  random,
  sqrt,
  square,
  sum,
  type Tensor,
  take,
  tensor,
} from "@scoretape/autograd";
import { coordinateNames } from "./coordinates.ts";
import type { Table } from "./table.ts";

const normal = (key: Key, i: number, rows: number, columns: number): Tensor =>
  random.normal(random.foldIn(key, i), [rows, columns], { dtype: "float64" });

/** Each column follows one factor by 0.8. */
function related(key: Key, rows: number, columns: number): Tensor {
  return add(mul(0.8, normal(key, 0, rows, 1)), normal(key, 1, rows, columns));
}

/** Three normals of unit width, their centres 3 deviations about the origin. */
function mixture(key: Key, rows: number, columns: number): Tensor {
  const centres = mul(3, normal(key, 0, 3, columns));
  const which = random.categorical(random.foldIn(key, 1), tensor([0, 0, 0]), [rows]);
  return add(take(centres, [...which.data]), normal(key, 2, rows, columns));
}

/** Student's t with 3 degrees of freedom, z/√(χ²/3), all columns over one χ². */
function heavyTails(key: Key, rows: number, columns: number): Tensor {
  const chiSquared = sum(square(normal(key, 0, rows, 3)), { axis: 1, keepDims: true });
  return div(normal(key, 1, rows, columns), sqrt(div(chiSquared, 3)));
}

/** (z₁, z₁² + 0.3·z₂, 0.5·z₁ + z₃). */
function banana(key: Key, rows: number): Tensor {
  const [first, second, third] = [normal(key, 0, rows, 1), normal(key, 1, rows, 1), normal(key, 2, rows, 1)];
  return concat([first, add(square(first), mul(0.3, second)), add(mul(0.5, first), third)], 1);
}

/** Three independent columns, and the sum of the first two but for a residual. */
function nearCollinear(key: Key, rows: number, residual: number): Tensor {
  const [first, second, third] = [normal(key, 0, rows, 1), normal(key, 1, rows, 1), normal(key, 2, rows, 1)];
  const both = add(add(first, second), mul(residual, normal(key, 3, rows, 1)));
  return concat([first, second, third, both], 1);
}

/** Whole numbers of widths 1, 2, 4, …, that share a factor. */
function integers(key: Key, rows: number, columns: number): Tensor {
  const wide = related(key, rows, columns);
  const values = Float64Array.from(wide.data, (x, at) => Math.round(x * (1 << (at % columns))));
  return tensor(values, { shape: wide.shape });
}

/** Two factors behind all columns, with noise of half a deviation. */
function factors(key: Key, rows: number, columns: number): Tensor {
  const loadings = normal(key, 0, 2, columns);
  return add(matmul(normal(key, 1, rows, 2), loadings), mul(0.5, normal(key, 2, rows, columns)));
}

const laws: Readonly<Record<string, (key: Key) => Tensor>> = {
  normal: (key) => related(key, 200, 5),
  "mixture-300": (key) => mixture(key, 300, 3),
  "mixture-2000": (key) => mixture(key, 2000, 5),
  "heavy-tails": (key) => heavyTails(key, 300, 4),
  banana: (key) => banana(key, 300),
  "near-collinear-0.01": (key) => nearCollinear(key, 500, 0.01),
  "near-collinear-0.001": (key) => nearCollinear(key, 500, 0.001),
  integers: (key) => integers(key, 400, 5),
  factors: (key) => factors(key, 2000, 20),
};

/** Tables drawn from known laws, each always the same. */
export function generatedTables(): Table[] {
  return Object.entries(laws).map(([name, draw], i) => {
    const values = draw(random.key(i));
    return { name, columns: coordinateNames(values.shape[1] ?? 0), values };
  });
}
