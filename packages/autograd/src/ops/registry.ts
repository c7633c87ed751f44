import type { Op } from "../op.ts";
import * as arithmetic from "./arithmetic.ts";
import * as broadcast from "./broadcast.ts";
import * as elementwise from "./elementwise.ts";
import * as layout from "./layout.ts";
import * as movement from "./movement.ts";
import * as products from "./products.ts";
import * as random from "./random.ts";
import * as reduce from "./reduce.ts";

function isOp(x: unknown): x is Op<object> {
  return typeof x === "object" && x !== null && "derivative" in x && "kernel" in x;
}

/** Every op that the modules of this folder export, on its own or as the `op` of a function, by name. */
export const registry: ReadonlyMap<string, Op<object>> = new Map(
  [arithmetic, broadcast, elementwise, layout, movement, products, random, reduce]
    .flatMap((module) => Object.values<unknown>({ ...module }))
    .map((x) => (typeof x === "function" && "op" in x ? x.op : x))
    .filter(isOp)
    .map((op) => [op.name, op]),
);
