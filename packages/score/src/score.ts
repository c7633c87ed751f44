import { checkFunction, grad, neg, sum, type Tensor, type TensorLike } from "@scoretape/autograd";
import { checkRows, checkScores } from "./check.ts";

/**
 * A score: x [n, d] ↦ s(x) [n, d], a model of ∇ₓ log p(x). Each row of the result depends on its own row of
 * x alone; the losses rely on it, and do not check it.
 */
export type Score = (x: Tensor) => Tensor;

/** An energy: x [n, d] ↦ E(x) [n], a model of −log p(x) up to a constant, row by row. */
export type Energy = (x: Tensor) => Tensor;

/** A score that computes its divergence ∇·s = tr ∂s/∂x beside it: x [n, d] ↦ s(x) [n, d] and ∇·s(x) [n]. */
export type ScoreWithDivergence = (x: Tensor) => readonly [score: Tensor, divergence: Tensor];

/**
 * A score that is told how noisy its input is: x [n, d] and σ, [n] or a number, ↦ s(x, σ) [n, d], a model of
 * ∇ₓ log q_σ(x), where q_σ is the data's density blurred by N(0, σ²I).
 */
export type NoiseConditionalScore = (x: Tensor, sigma: TensorLike) => Tensor;

/** An energy that is told how noisy its input is: x [n, d] and σ, [n] or a number, ↦ E(x, σ) [n]; see {@link noiseEnergy}. */
export type NoiseConditionalEnergy = (x: Tensor, sigma: TensorLike) => Tensor;

/**
 * A noise-conditional score that may be told what a row is one of: s(x, σ, c) is a model of ∇ₓ log q_σ(x | c), and
 * s(x, σ) one of ∇ₓ log q_σ(x). A condition c is a tree of tensors with one row for each row of x, such as the numbers of
 * classes, uint32 [n].
 */
export type ConditionalScore<C> = (x: Tensor, sigma: TensorLike, condition?: C) => Tensor;

/** A noise-conditional score that computes its divergence with respect to x beside it: s(x, σ) [n, d] and [n]. */
export type NoiseConditionalScoreWithDivergence = (
  x: Tensor,
  sigma: TensorLike,
) => readonly [score: Tensor, divergence: Tensor];

/**
 * The score of an energy: s = −∇E, row by row. Its Jacobian −∇²E is symmetric.
 *
 * @returns a score, which throws ShapeError when the energy of [n, d] is not [n]
 *
 * @example
 * ```ts
 * import { mul, square, sum, type Tensor, tensor } from "@scoretape/autograd";
 * import { scoreOf } from "@scoretape/score";
 *
 * // E = ½‖x‖² is the energy of N(0, I), whose score is −x.
 * const energy = (x: Tensor): Tensor => mul(0.5, sum(square(x), { axis: 1 }));
 * console.log(scoreOf(energy)(tensor([[3, -4]])).toArray()); // [ [ -3, 4 ] ]
 * ```
 */
export function scoreOf(energy: Energy): Score {
  const E = checkedEnergy("scoreOf", energy);
  return grad((x: Tensor) => neg(sum(E(x))));
}

/** An energy that throws unless what it returns is one number for each row, of the dtype that it is given. */
export function checkedEnergy(name: string, energy: Energy): Energy {
  checkFunction(name, energy, "the energy");
  return (x) => {
    const energies = energy(x);
    checkRows(name, energies, x, "the energy");
    return energies;
  };
}

/** A score that throws unless what it returns has the shape and dtype of what it is given. */
export function checked(name: string, score: Score, what?: string): Score {
  checkFunction(name, score, what ?? "the score");
  return (x) => {
    const scores = score(x);
    checkScores(name, scores, x, what);
    return scores;
  };
}

/** {@link checked} at every noise level. */
export function checkedAtLevels(name: string, score: NoiseConditionalScore): NoiseConditionalScore {
  return (x, sigma) => checked(name, (y) => score(y, sigma))(x);
}
