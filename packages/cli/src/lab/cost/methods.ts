import { type Key, type nn, random, reshape, type Tensor, take } from "@scoretape/autograd";
import {
  denoisingScoreMatching,
  exactScoreMatching,
  finiteDifferenceSlicedScoreMatchingVR,
  probes,
  slicedScoreMatchingVR,
} from "@scoretape/score";

/** One of the ways to match scores whose costs are compared. */
export interface Method {
  readonly name: string;
  /** How its time and memory should grow with d, beyond how those of denoising do: as which power of d. */
  readonly powers: { readonly time: 0 | 1; readonly memory: 0 | 1 };
  /** The largest d that it is tried at. */
  readonly largest: number;
  /** What is drawn for x, one element for each call of the program; the loss is the mean over the calls. */
  draws(key: Key, x: Tensor): readonly Tensor[];
  loss(net: nn.Mlp, parameters: Parameters, x: Tensor, drawn: Tensor): Tensor;
}

export type Parameters = readonly nn.DenseParams[];

/** The noise level of denoising. */
const SIGMA = 0.5;
/** How many directions a call of exact matching takes. */
export const CHUNK = 16;

/** The method that the others are measured by. */
export const denoising: Method = {
  name: "denoising",
  powers: { time: 0, memory: 0 },
  largest: Number.POSITIVE_INFINITY,
  draws: (key, { shape }) => [random.normal(key, shape)],
  loss: (net, parameters, x, noise) =>
    denoisingScoreMatching((y) => net.apply(parameters, y), x, noise, SIGMA),
};

/** Exact matching, in programs of CHUNK directions each: all at once takes much memory where d is large. */
export const exact: Method = {
  name: "exact, by directions",
  powers: { time: 1, memory: 0 },
  largest: Number.POSITIVE_INFINITY,
  // Of the directions √d·eᵢ the mean of vᵀJv over all is tr J: so is the mean over equal parts of them.
  draws: (_, x) => partsOf(probes.basis(x.shape), CHUNK),
  loss: (net, parameters, x, directions) =>
    slicedScoreMatchingVR((y) => net.apply(parameters, y), x, directions),
};

/** Exact matching with the divergence that the network itself knows. */
export const exactByNetwork: Method = {
  name: "exact, divergence of the network",
  powers: { time: 0, memory: 0 },
  largest: Number.POSITIVE_INFINITY,
  draws: (_, x) => [x],
  loss: (net, parameters, x) => exactScoreMatching((y) => net.applyWithDivergence(parameters, y), x),
};

/** Exact matching as one program, which holds d passes at once. */
export const exactAtOnce: Method = {
  name: "exact, one program",
  powers: { time: 1, memory: 1 },
  largest: 256,
  draws: (_, x) => [x],
  loss: (net, parameters, x) => exactScoreMatching((y) => net.apply(parameters, y), x),
};

export const sliced: Method = {
  name: "sliced, 1 probe",
  powers: { time: 0, memory: 0 },
  largest: Number.POSITIVE_INFINITY,
  draws: (key, { shape }) => [probes.rademacher(key, shape)],
  loss: (net, parameters, x, probe) => slicedScoreMatchingVR((y) => net.apply(parameters, y), x, probe),
};

const slicedByAll: Method = {
  name: "sliced, d probes",
  powers: { time: 1, memory: 1 },
  largest: 128,
  draws: (key, { shape }) => [probes.rademacher(key, [shape[1] ?? 0, ...shape])],
  loss: sliced.loss,
};

const finiteDifferences: Method = {
  name: "finite differences, 1 probe",
  powers: { time: 0, memory: 0 },
  largest: Number.POSITIVE_INFINITY,
  draws: sliced.draws,
  loss: (net, parameters, x, probe) =>
    finiteDifferenceSlicedScoreMatchingVR((y) => net.apply(parameters, y), x, probe),
};

export const methods: readonly Method[] = [
  denoising,
  exact,
  exactAtOnce,
  slicedByAll,
  sliced,
  finiteDifferences,
  exactByNetwork,
];

/** Equal parts along the first axis, of so many rows where there are as many. */
function partsOf(x: Tensor, rows: number): Tensor[] {
  const [count = 0, ...rest] = x.shape;
  const size = Math.min(rows, count);
  return Array.from({ length: count / size }, (_, part) =>
    reshape(
      take(
        x,
        Array.from({ length: size }, (_, i) => part * size + i),
      ),
      [size, ...rest],
    ),
  );
}
