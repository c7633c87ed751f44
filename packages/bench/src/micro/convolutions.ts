import {
  compile,
  conv,
  grad,
  mul,
  type ProgramBackend,
  random,
  slice,
  sum,
  type Tensor,
  wasm,
  zeros,
} from "@scoretape/autograd";
import type { Case, Suite } from "./suite.ts";
import { timeOf } from "./time.ts";

/** Images of a batch. */
const IMAGES = 32;
/** Convolutions of one program, so many that the call itself does not count. */
const REPEATS = 4;

interface Sizes {
  readonly size: number;
  readonly channels: number;
  readonly outputs: number;
}

/** Those of a U-Net on 28×28 images, with windows of 3×3. */
const sizes: readonly Sizes[] = [
  { size: 28, channels: 16, outputs: 16 },
  { size: 14, channels: 32, outputs: 32 },
  { size: 14, channels: 64, outputs: 32 },
  { size: 14, channels: 96, outputs: 32 },
  { size: 7, channels: 64, outputs: 64 },
];

type Image = readonly [number, number, number, number];

/** The shapes of the images, of the results and of the kernel. */
interface Shapes {
  readonly x: Image;
  readonly y: Image;
  readonly kernel: Image;
}

/** A convolution or one of its gradients: of arrays of one shape, which programs hold, and one of another, their argument. */
interface Contraction {
  readonly column: string;
  readonly held: keyof Shapes;
  readonly argument: keyof Shapes;
  of(held: Tensor, argument: Tensor, shapes: Shapes): Tensor;
}

const contractions: readonly Contraction[] = [
  { column: "forward", held: "x", argument: "kernel", of: (x, kernel) => conv(x, kernel) },
  {
    column: "gradient of x",
    held: "y",
    argument: "kernel",
    of: (y, kernel, shapes) => grad((x: Tensor) => sum(mul(conv(x, kernel), y)))(zeros(shapes.x)),
  },
  {
    column: "gradient of the kernel",
    held: "x",
    argument: "y",
    of: (x, y, shapes) => grad((kernel: Tensor) => sum(mul(conv(x, kernel), y)))(zeros(shapes.kernel)),
  },
];

/** Convolutions of compiled programs, and their gradients. */
export const convolutions: Suite = {
  name: "convolutions",
  seconds: 30,
  title: `convolutions of ${IMAGES} images, windows 3×3, in compiled programs, ${REPEATS} in one program`,
  cases: () =>
    [1, 2].flatMap((threads) => {
      const backend = wasm({ threads });
      return sizes.flatMap((size) =>
        contractions.map((contraction) => contractionCase(threads, backend, size, contraction)),
      );
    }),
};

function contractionCase(
  threads: number,
  backend: ProgramBackend,
  { size, channels, outputs }: Sizes,
  { column, held, argument, of }: Contraction,
): Case {
  const shapes: Shapes = {
    x: [IMAGES, size, size, channels],
    y: [IMAGES, size, size, outputs],
    kernel: [3, 3, channels, outputs],
  };
  const constants = Array.from({ length: REPEATS }, (_, i) => random.normal(random.key(i), shapes[held]));
  const value = random.normal(random.key(99), shapes[argument]);
  // One element of each result: copying the whole out would count, too.
  const program = compile(
    (y: Tensor) => constants.map((x) => slice(of(x, y, shapes), [0, 0, 0, 0], [1, 1, 1, 1])),
    { backend },
  );
  const operations = 2 * IMAGES * size * size * 9 * channels * outputs * REPEATS;
  return {
    row: `${size}×${size}, ${channels} → ${outputs}`,
    column,
    unit: threads === 1 ? "GFLOP/s" : `GFLOP/s on ${threads} threads`,
    measure: async (effort) => operations / (await timeOf(() => program(value), effort)),
  };
}
