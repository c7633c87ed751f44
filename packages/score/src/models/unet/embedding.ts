import {
  add,
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
  tensor,
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

/** Sixteen draws of N(0, 1), rounded to float32, which are the same in every network: `random.normal(random.key(7), [16])`. */
const FREQUENCIES = [
  0.000291567703243345, -0.30484679341316223, 1.788757085800171, 1.067872166633606, 0.37640345096588135,
  -1.2870116233825684, 1.8115040063858032, -0.4912409484386444, 3.1903531551361084, 0.16960707306861877,
  0.3798005282878876, -0.5319697260856628, -0.0011074574431404471, 1.3719311952590942, 1.2557122707366943,
  1.4991049766540527,
];

/**
 * u = ¼ log σ and a class ↦ SiLU(W₂·SiLU(W₁·[cos 2πfu, sin 2πfu]) + the row of the class), with fixed frequencies
 * f ~ N(0, 1), the random Fourier features of Tancik et al. 2020. The row after those of the classes is that of none.
 */
export function noiseEmbedding(name: string, features: number, classes: number | undefined): NoiseEmbedding {
  const first = nn.dense(2 * FREQUENCIES.length, features, drawn);
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
      const f = tensor(FREQUENCIES, { shape: [1, FREQUENCIES.length], dtype: noise.dtype });
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
