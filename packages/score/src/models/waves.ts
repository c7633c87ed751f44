import { cos, expandDims, mul, portable, reshape, sin, type Tensor, tensor } from "@scoretape/autograd";

/** sin ωx and cos ωx of every element of x [n, d], one ω after the other: each [n, frequencies·d]. */
export function waves(x: Tensor, frequencies: readonly number[]): readonly [sine: Tensor, cosine: Tensor] {
  const [n = 0, d = 0] = x.shape;
  const each = expandDims(tensor(frequencies, { dtype: x.dtype }), 1);
  const phases = reshape(mul(expandDims(x, 1), each), [n, frequencies.length * d]);
  return [sin(phases), cos(phases)];
}

/** ½, 1, 2, …: frequencies of log σ that tell noise levels apart. */
export function noiseFrequencies(count: number): number[] {
  return Array.from({ length: count }, (_, k) => portable.pow(2, k - 1));
}
