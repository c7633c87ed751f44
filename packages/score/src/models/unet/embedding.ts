import {
  add,
  cast,
  concat,
  cos,
  expandDims,
  full,
  type Key,
  kindOf,
  mul,
  nn,
  random,
  ShapeError,
  silu,
  sin,
  Tensor,
} from "@scoretape/autograd";
import { drawn } from "./layers.ts";

/** The parameters of what tells a U-Net the noise level and the class. */
export type NoiseEmbeddingParams = {
  readonly first: nn.DenseParams;
  readonly second: nn.DenseParams;
  /** A row for each class and one for none, where there are classes; else nothing. */
  readonly classes: readonly nn.EmbeddingParams[];
};

/** What tells a network how noisy its input is, and of which class. */
export interface NoiseEmbedding {
  init(key: Key): NoiseEmbeddingParams;
  /** u [n] and classes, uint32 [n], or `undefined` for none → [n, features] */
  apply(parameters: NoiseEmbeddingParams, noise: Tensor, condition: Tensor | undefined): Tensor;
}

/** The key of the frequencies, which are the same in every network. */
const FREQUENCIES_KEY = 7;

/**
 * u = ¼ log σ and a class ↦ SiLU(W₂·SiLU(W₁·[cos 2πfu, sin 2πfu]) + the row of the class), with fixed frequencies
 * f ~ N(0, 1), the random Fourier features of Tancik et al. 2020. The row after those of the classes is that of none.
 */
export function noiseEmbedding(
  name: string,
  features: number,
  frequencies: number,
  classes: number | undefined,
): NoiseEmbedding {
  const first = nn.dense(2 * frequencies, features, drawn);
  const second = nn.dense(features, features, drawn);
  const table = classes === undefined ? undefined : nn.embedding(classes + 1, features);
  return {
    init: (key) => ({
      first: first.init(random.foldIn(key, 0)),
      second: second.init(random.foldIn(key, 1)),
      classes: table === undefined ? [] : [table.init(random.foldIn(key, 2))],
    }),
    apply(parameters, noise, condition) {
      checkClasses(name, noise, classes, condition);
      const f = cast(random.normal(random.key(FREQUENCIES_KEY), [1, frequencies]), noise.dtype);
      const phases = mul(expandDims(noise, 1), mul(2 * Math.PI, f));
      const hidden = silu(first.apply(parameters.first, concat([cos(phases), sin(phases)], 1)));
      const ofNoise = second.apply(parameters.second, hidden);
      const [rows] = parameters.classes;
      if (table === undefined || rows === undefined || classes === undefined) return silu(ofNoise);
      const own = condition ?? full(noise.shape, classes, { dtype: "uint32" });
      return silu(add(ofNoise, table.apply(rows, own)));
    },
  };
}

function checkClasses(
  name: string,
  noise: Tensor,
  classes: number | undefined,
  condition: Tensor | undefined,
): void {
  if (condition === undefined) return;
  if (classes === undefined) {
    throw new TypeError(
      `${name}: a condition is given to a network without classes; make it with { classes }`,
    );
  }
  if (!(condition instanceof Tensor) || condition.dtype !== "uint32") {
    const found = condition instanceof Tensor ? condition.dtype : kindOf(condition);
    throw new TypeError(
      `${name}: the condition is ${found}; give the number of each row's class, uint32 [n]`,
    );
  }
  if (condition.shape.join() !== noise.shape.join()) {
    throw new ShapeError(
      `${name}: the condition has shape [${condition.shape.join(", ")}] for ${noise.shape[0]} rows; ` +
        `give [${noise.shape[0]}], one class per row`,
    );
  }
}
