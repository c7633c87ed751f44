import type { FunctionBody } from "../emitter/body.ts";
import type { F32x4 } from "../emitter/vector.ts";

/** Computes an elementwise op on four elements. */
export type Elementwise<Arguments extends readonly F32x4[]> = (f: FunctionBody, ...x: Arguments) => F32x4;

/**
 * How long an elementwise op takes: one vector instruction, the next of which can begin at once; a few, or a slow one;
 * or tens of them.
 */
export type Cost = "instruction" | "light" | "heavy";
