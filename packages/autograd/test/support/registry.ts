import { displaceOp } from "../../src/interpret/displacement.ts";
import type { Op } from "../../src/op.ts";
import * as along from "../../src/ops/along.ts";
import * as arithmetic from "../../src/ops/arithmetic.ts";
import * as broadcast from "../../src/ops/broadcast.ts";
import * as choice from "../../src/ops/choice.ts";
import * as cholesky from "../../src/ops/cholesky.ts";
import * as convolution from "../../src/ops/convolution.ts";
import * as cumulative from "../../src/ops/cumulative.ts";
import * as determinant from "../../src/ops/determinant.ts";
import * as eigh from "../../src/ops/eigh.ts";
import * as elementwise from "../../src/ops/elementwise.ts";
import * as layout from "../../src/ops/layout.ts";
import * as logic from "../../src/ops/logic.ts";
import * as movement from "../../src/ops/movement.ts";
import * as normal from "../../src/ops/normal.ts";
import * as order from "../../src/ops/order.ts";
import * as polar from "../../src/ops/polar.ts";
import * as products from "../../src/ops/products.ts";
import * as random from "../../src/ops/random.ts";
import * as reduce from "../../src/ops/reduce.ts";
import * as rounding from "../../src/ops/rounding.ts";
import * as runningExtrema from "../../src/ops/runningExtrema.ts";
import * as solve from "../../src/ops/solve.ts";
import { checkpointOp } from "../../src/transforms/checkpoint.ts";
import { customDerivativeOp } from "../../src/transforms/customDerivative.ts";

const modules = [
  along,
  arithmetic,
  broadcast,
  choice,
  cholesky,
  convolution,
  cumulative,
  determinant,
  eigh,
  elementwise,
  layout,
  logic,
  movement,
  normal,
  order,
  polar,
  products,
  random,
  reduce,
  rounding,
  runningExtrema,
  solve,
];

function isOp(x: unknown): x is Op<object> {
  return typeof x === "object" && x !== null && "derivative" in x && "kernel" in x;
}

/** The op that a value is, or that a function applies. */
export function opOf(x: unknown): Op<object> | null {
  const op = typeof x === "function" && "op" in x ? x.op : x;
  return isOp(op) ? op : null;
}

const byName = (values: readonly unknown[]): ReadonlyMap<string, Op<object>> =>
  new Map(values.flatMap((x) => opOf(x) ?? []).map((op) => [op.name, op]));

const declared = modules.flatMap((module) => Object.values<unknown>({ ...module }));
const isComposite = (x: unknown): boolean => opOf(x)?.traits.kind === "composite";

/** Every op with a kernel of its name that is declared in the engine; a test sees to it that none is missing. */
export const registry = byName(declared.filter((x) => !isComposite(x)));

/** The ops that stand for several, and are gone where a program is captured: they have derivatives, and no other laws. */
export const composites = byName([
  checkpointOp,
  customDerivativeOp,
  displaceOp,
  ...declared.filter(isComposite),
]);
