import { grad, neg, sum, type Tensor, type TensorLike } from "@scoretape/autograd";
import { checkRows, checkScores } from "./check.ts";

/**
 * A score: x [n, d] ↦ s(x) [n, d], a model of ∇ₓ log p(x). Each row of the result depends on its own row of
 * x alone; the losses rely on it, and do not check it.
 */
export type Score = (x: Tensor) => Tensor;

/** An energy: x [n, d] ↦ E(x) [n], a model of −log p(x) up to a constant, row by row. */
export type Energy = (x: Tensor) => Tensor;

/** The divergence ∇·s = tr ∂s/∂x of a score: x [n, d] ↦ [n], row by row. */
export type Divergence = (x: Tensor) => Tensor;

/**
 * A score that is told how noisy its input is: x [n, d] and σ, [n] or a number, ↦ s(x, σ) [n, d], a model of
 * ∇ₓ log q_σ(x), where q_σ is the data's density blurred by N(0, σ²I).
 */
export type NoiseConditionalScore = (x: Tensor, sigma: TensorLike) => Tensor;

/** The divergence of a noise-conditional score with respect to x: x [n, d] and σ, [n] or a number, ↦ [n]. */
export type NoiseConditionalDivergence = (x: Tensor, sigma: TensorLike) => Tensor;

/**
 * The score of an energy: s = −∇E, row by row. Its Jacobian −∇²E is symmetric.
 *
 * @returns a score, which throws ShapeError when the energy of [n, d] is not [n]
 */
export function scoreOf(energy: Energy): Score {
  const E = checkedRows("scoreOf", energy);
  return grad((x: Tensor) => neg(sum(E(x))));
}

/** A function of the rows that throws unless it returns one number for each, of the dtype that it is given. */
export function checkedRows(name: string, f: (x: Tensor) => Tensor, what = "the energy"): Energy {
  return (x) => {
    const values = f(x);
    checkRows(name, values, x, what);
    return values;
  };
}

/** A score that throws unless what it returns has the shape and dtype of what it is given. */
export function checked(name: string, score: Score, what?: string): Score {
  return (x) => {
    const scores = score(x);
    checkScores(name, scores, x, what);
    return scores;
  };
}
