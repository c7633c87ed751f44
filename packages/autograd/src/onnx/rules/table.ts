import type { Rule, Rules } from "../call.ts";
import { activations } from "./activations.ts";
import { constants } from "./constants.ts";
import { convolutions } from "./convolution.ts";
import { indexing } from "./indexing.ts";
import { kinds } from "./kinds.ts";
import { layout } from "./layout.ts";
import { normalizations } from "./normalization.ts";
import { parts } from "./parts.ts";
import { pointwise } from "./pointwise.ts";
import { pools } from "./pooling.ts";
import { products } from "./products.ts";
import { reductions } from "./reductions.ts";
import { resizing } from "./resize.ts";

/** The rule of every operator that there is one for, by its name in ONNX. */
export const rules: ReadonlyMap<string, Rule> = new Map(
  Object.entries({
    ...pointwise,
    ...activations,
    ...reductions,
    ...layout,
    ...parts,
    ...indexing,
    ...constants,
    ...kinds,
    ...products,
    ...convolutions,
    ...pools,
    ...normalizations,
    ...resizing,
  } satisfies Rules),
);
