import {
  add,
  exp,
  matmul,
  mul,
  pow,
  reshape,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
} from "@scoretape/autograd";

/** ½‖x‖², of N(0, I). */
export function standardNormal(x: Tensor): Tensor {
  return mul(0.5, sum(square(x), { axis: 1 }));
}

/** ¼Σx⁴ + ½(Σx − 1)², neither normal nor symmetric. */
export function quartic(x: Tensor): Tensor {
  const total = sum(x, { axis: 1 });
  return add(mul(0.25, sum(pow(x, 4), { axis: 1 })), mul(0.5, square(sub(total, 1))));
}

/** Σ(x + e⁻ˣ), of independent Gumbel variables: mean γ = 0.5772…, variance π²/6. */
export function gumbel(x: Tensor): Tensor {
  return sum(add(x, exp(mul(-1, x))), { axis: 1 });
}

/** ½x₁² + ½(x₂ + b(x₁² − 1))²: x₁ ~ N(0, 1), x₂ has mean 0, variance 1 + 2b², and E[x₂x₁²] = −2b. */
export function banana(b: number): (x: Tensor) => Tensor {
  const [first, second] = [unit([1, 0]), unit([0, 1])];
  return (x) => {
    const u = sum(mul(x, first(x)), { axis: 1 });
    const v = sum(mul(x, second(x)), { axis: 1 });
    return mul(0.5, add(square(u), square(add(v, mul(b, sub(square(u), 1))))));
  };
}

function unit(values: readonly number[]): (like: Tensor) => Tensor {
  return ({ dtype }) => tensor(values, { dtype: dtype === "float64" ? dtype : "float32" });
}

/** ½xᵀPx, of N(0, P⁻¹). */
export function quadratic(precision: Tensor): (x: Tensor) => Tensor {
  return (x) => mul(0.5, sum(mul(x, matmul(x, precision)), { axis: 1 }));
}

/** v²/18 + ½‖y‖²e⁻ᵛ + kv/2 of (v, y₁, …, yₖ): v ~ N(0, 9), y ~ N(0, eᵛI). The funnel of Neal 2003. */
export function funnel(x: Tensor): Tensor {
  const [n = 0, d = 0] = x.shape;
  const v = reshape(slice(x, [0, 0], [n, 1]), [n]);
  const squares = sum(square(slice(x, [0, 1], [n, d])), { axis: 1 });
  return add(mul(1 / 18, square(v)), mul(0.5, add(mul(squares, exp(mul(-1, v))), mul(d - 1, v))));
}
