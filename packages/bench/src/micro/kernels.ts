import { compile, matmul, type ProgramBackend, random, sum, type Tensor, wasm } from "@scoretape/autograd";
import type { Case, Suite } from "./suite.ts";
import { timeOf } from "./time.ts";

/** Products of one program, so many that the call itself does not count: few of them where one takes long. */
const PRODUCTS = 10;
const LARGE = { terms: 1e8, products: 2 } as const;

const shapes: readonly (readonly [number, number, number])[] = [
  [64, 64, 64],
  [256, 256, 256],
  [512, 512, 512],
  [1024, 1024, 1024],
  [256, 128, 128],
  [4096, 128, 128],
  [256, 2, 128],
  [256, 128, 2],
  [256, 128, 16],
  [256, 128, 32],
  [1024, 64, 16],
  [1024, 64, 32],
];

const transpositions = [
  { label: "X·Y", transposeX: false, transposeY: false },
  { label: "X·Yᵀ", transposeX: false, transposeY: true },
  { label: "Xᵀ·Y", transposeX: true, transposeY: false },
] as const;

type Form = (typeof transpositions)[number];

/** Matrix products inside a program, in the three forms that a net and its gradient need. */
export const kernels: Suite = {
  name: "kernels",
  seconds: 80,
  title: `matrix products M×K×N of compiled programs, ${PRODUCTS} in one program, ${LARGE.products} from 512³ on`,
  cases: () =>
    [1, 2].flatMap((threads) => {
      const backend = wasm({ threads });
      return shapes.flatMap((shape) =>
        transpositions.map((form) => productCase(threads, backend, shape, form)),
      );
    }),
};

function productCase(
  threads: number,
  backend: ProgramBackend,
  [m, k, n]: readonly [number, number, number],
  { label, transposeX, transposeY }: Form,
): Case {
  const left = transposeX ? [k, m] : [m, k];
  const count = m * k * n >= LARGE.terms ? LARGE.products : PRODUCTS;
  const inputs = Array.from({ length: count }, (_, i) => random.normal(random.key(i), left));
  const right = random.normal(random.key(99), transposeY ? [n, k] : [k, n]);
  // The inputs are constants of the program, and depend on an argument so that nothing is computed in advance.
  const products = compile((y: Tensor) => inputs.map((x) => sum(matmul(x, y, { transposeX, transposeY }))), {
    backend,
  });
  return {
    row: `${m}×${k}×${n}`,
    column: label,
    unit: threads === 1 ? "GFLOP/s" : `GFLOP/s on ${threads} threads`,
    measure: async (effort) => (2 * m * k * n * count) / (await timeOf(() => products(right), effort)),
  };
}
