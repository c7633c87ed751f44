import { mul, nn, random } from "@scoretape/autograd";
import { imageArrays } from "./images.ts";
import { BATCHES, isOfImages, type Workload } from "./workload.ts";

/** Float32 numbers in row-major order. */
export interface StoredArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The numbers of a workload, by name. */
export type Arrays = ReadonlyMap<string, StoredArray>;

const SEED = 20_251_122;

/**
 * The numbers that a workload works on, the same at every call.
 *
 * Trainings: `weight0`, `bias0`, ... of the layers; the points `x`, [batches, n, d]; and beside them the Rademacher
 * probes, or for denoising the standard normal noise, `v`. Samplings: the layers; the starts `x`, [n, d]; one draw of
 * noise `v`, for the check. Products: the factors `a` and `b`. Work on images: see `imageArrays`.
 */
export function arraysOf(workload: Workload): Arrays {
  const key = (i: number): random.Key => random.foldIn(random.key(SEED), i);
  if (isOfImages(workload)) return named(imageArrays(workload, key));
  if (workload.kind === "product") {
    const { m, k, n } = workload;
    return named({ a: random.normal(key(0), [m, k]), b: random.normal(key(1), [k, n]) });
  }
  // An energy's slopes are small at first; larger weights give them a size that a check can tell from 0.
  const scale = workload.kind === "training" && workload.model === "energy" ? 3 : 1;
  const layers = layersOf(workload.widths, scale, key);
  const [d = 0] = workload.widths;
  if (workload.kind === "sampling") {
    const shape = [workload.particles, d];
    return new Map([
      ...layers,
      ...named({ x: random.normal(key(0), shape), v: random.normal(key(1), shape) }),
    ]);
  }
  const shape = [BATCHES, workload.batch, d];
  const draw = workload.objective === "denoising" ? random.normal : random.rademacher;
  return new Map([...layers, ...named({ x: random.normal(key(0), shape), v: draw(key(1), shape) })]);
}

/** Glorot's weights, and small biases, so that every parameter has a gradient that a check can see. */
function layersOf(widths: readonly number[], scale: number, key: (i: number) => random.Key): Arrays {
  const layers = nn.mlp(widths).init(key(2));
  return named(
    Object.fromEntries(
      layers.flatMap(({ weight, bias }, i) => [
        [`weight${i}`, mul(scale, weight)],
        [`bias${i}`, random.uniform(key(3 + i), bias.shape, { low: -0.1, high: 0.1 })],
      ]),
    ),
  );
}

function named(
  tensors: Readonly<Record<string, { shape: readonly number[]; data: ArrayLike<number> }>>,
): Arrays {
  return new Map(
    Object.entries(tensors).map(([name, { shape, data }]) => [
      name,
      { shape, data: Float32Array.from(data) },
    ]),
  );
}

/** An array that a workload is known to have. @throws RangeError where it has none of the name */
export function arrayOf(arrays: Arrays, name: string): StoredArray {
  const array = arrays.get(name);
  if (array === undefined) {
    throw new RangeError(`no array "${name}" in the workload, which has ${[...arrays.keys()].join(", ")}`);
  }
  return array;
}

/** The part i of an array along its first axis: of [batches, n, d] the batch [n, d]. */
export function part({ shape, data }: StoredArray, i: number): StoredArray {
  const [, ...rest] = shape;
  const size = rest.reduce((product, length) => product * length, 1);
  return { shape: rest, data: data.subarray(i * size, (i + 1) * size) };
}

/** The layers of a workload's net, first to last. */
export function layersIn(arrays: Arrays): { readonly weight: StoredArray; readonly bias: StoredArray }[] {
  const layers = [...arrays.keys()].filter((name) => name.startsWith("weight"));
  return layers.map((_, i) => ({ weight: arrayOf(arrays, `weight${i}`), bias: arrayOf(arrays, `bias${i}`) }));
}
