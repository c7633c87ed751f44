import { add, dot, mean, type Pushforward, reshape, slice, stack, type Tensor } from "@scoretape/autograd";
import { dimensionOf, unitTangent } from "../rows.ts";

/** Jacobian-vector products v ↦ Jv of a field on x [n, d], row by row. */
type Push = Pushforward<[Tensor], Tensor>;

/** The divergence tr J of each row, [n], by d Jacobian-vector products: Σᵢ eᵢᵀJeᵢ. */
export function exactDivergence(push: Push, x: Tensor): Tensor {
  const terms = Array.from({ length: dimensionOf(x) }, (_, i) => {
    const e = unitTangent(x, i);
    return dot(e, push(e));
  });
  return terms.reduce((total, term) => add(total, term));
}

/**
 * Hutchinson's estimate of the divergence of each row, [n]: the mean of vᵀJv over the probes v of the row.
 *
 * @param probes [n, d] or [m, n, d], with E[vvᵀ] = I
 */
export function slicedDivergence(push: Push, probes: Tensor): Tensor {
  if (probes.rank === 2) return dot(probes, push(probes));
  const [m = 0, n = 0, d = 0] = probes.shape;
  const terms = Array.from({ length: m }, (_, k) => {
    const v = reshape(slice(probes, [k, 0, 0], [k + 1, n, d]), [n, d]);
    return dot(v, push(v));
  });
  return mean(stack(terms), { axis: 0 });
}
