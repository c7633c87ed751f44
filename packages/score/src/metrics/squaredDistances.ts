import type { Tensor } from "@scoretape/autograd";

/** ‖xᵢ − xⱼ‖², [n, n]. */
export function squaredDistances({ data, shape: [n = 0, d = 0] }: Tensor): Float64Array {
  const squares = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      let square = 0;
      for (let k = 0; k < d; k++) {
        const difference = (data[i * d + k] as number) - (data[j * d + k] as number);
        square += difference * difference;
      }
      squares[i * n + j] = square;
      squares[j * n + i] = square;
    }
  }
  return squares;
}
