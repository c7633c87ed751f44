import {
  cast,
  type Key,
  kindOf,
  less,
  mul,
  random,
  stack,
  type Tensor,
  take,
  tensor,
  where,
} from "@scoretape/autograd";
import { checkLabels } from "../check.ts";

/** Rows to learn from, [n, d], and what each is conditioned on, where the model is told: its class [n], or numbers [n, k]. */
export type Batch = readonly [x: Tensor] | readonly [x: Tensor, condition: Tensor];

/** Classes by which a score is conditioned. */
export interface TrainingClasses {
  /** The number of each row's class, uint32 [n]. */
  readonly labels: Tensor;
  /** The number that means none: how many classes the model has. */
  readonly none: number;
  /**
   * How often a row's class is none instead, in [0, 1], by which the model learns the score of all rows too (Ho & Salimans
   * 2022, algorithm 1); 0.15 unless said.
   */
  readonly dropout?: number;
}

/**
 * Validation rows are repeated with fresh noise up to about the first number, so that few rows give a steady value; and of
 * more than the second the loss is that of so many, whose standard error is below a hundredth of their losses' deviation.
 */
const [VALIDATION_ROWS, MOST_VALIDATION] = [512, 16_384];

/** Throws unless classes are those of so many rows. */
export function checkClasses(name: string, classes: TrainingClasses, rows: number): void {
  if (typeof classes !== "object" || classes === null) {
    throw new TypeError(`${name}: classes is ${kindOf(classes)}; give { labels, none }`);
  }
  const { labels, none, dropout = 0.15 } = classes;
  if (!Number.isSafeInteger(none) || none < 1) {
    throw new RangeError(`${name}: classes.none is ${kindOf(none)}; it is the number of classes, from 1`);
  }
  checkLabels(name, labels, rows, none, "classes.labels");
  if (!(dropout >= 0 && dropout <= 1)) {
    throw new RangeError(`${name}: classes.dropout is ${kindOf(dropout)}; it is a share from 0 to 1`);
  }
}

/** The numbers of the rows to learn from and of those held out: a random share, one at least where any is asked for. */
export function split(
  data: Tensor,
  fraction: number,
  key: Key,
): { readonly training: Uint32Array; readonly validation: Uint32Array | null } {
  const rows = data.shape[0] ?? 0;
  const held = fraction === 0 ? 0 : Math.min(rows - 1, Math.max(1, Math.round(rows * fraction)));
  const order = Uint32Array.from(random.permutation(key, rows).data);
  const training = order.subarray(held);
  if (held === 0) return { training, validation: null };
  const count = Math.min(MOST_VALIDATION, Math.max(held, VALIDATION_ROWS));
  return { training, validation: Uint32Array.from({ length: count }, (_, i) => order[i % held] ?? 0) };
}

/** Where the mini-batches of a training come from. */
export interface Batches {
  /** What the program is given for steps with these keys, along axis 0. */
  given(keys: readonly Key[]): Given;
  /** The batch of a step, in the program: from its part of what was given, and its key. */
  batch(given: Given, key: Key): Batch;
}

/** Nothing where the program draws for itself; else rows, and their classes where the model is told. */
export type Given = readonly Tensor[];

/** Data of at most so many bytes are part of the program, which then draws from them by itself. */
const LARGEST_RESIDENT = 2 ** 26;

/**
 * Mini-batches of rows drawn with replacement by key 0 of the step's key, some of their classes dropped by key 2. Where
 * the data are small enough, the program draws; else the host does, the same rows.
 */
export function batchesOf(
  source: Labelled,
  training: Uint32Array,
  size: number,
  largestResident: number = LARGEST_RESIDENT,
): Batches {
  if (4 * (source.data.size + (source.conditions?.size ?? 0)) > largestResident)
    return streamed(source, training, size);
  const rows = batches(source)(training);
  return { given: () => [], batch: (_, key) => drawn(rows, { ...source, size }, key) };
}

/** So many rows drawn with replacement by key 0 of the step's key, some of their classes dropped by key 2. */
export function drawn(
  [rows, told]: Batch,
  { classes, size }: { readonly classes?: TrainingClasses | undefined; readonly size: number },
  key: Key,
): Batch {
  const uniforms = uniform(random.foldIn(key, 0), size);
  const numbers = cast(mul(uniforms, rows.shape[0] ?? 0), "uint32");
  const x = take(rows, numbers);
  if (told === undefined) return [x];
  const own = take(told, numbers);
  return [x, classes === undefined ? own : dropped(classes, own, random.foldIn(key, 2))];
}

function streamed(source: Labelled, training: Uint32Array, size: number): Batches {
  const batchOf = batches(source);
  return {
    given(keys) {
      const parts = keys.map((key) => {
        const { data } = uniform(random.foldIn(key, 0), size);
        return batchOf(Uint32Array.from(data, (u) => training[Math.floor(u * training.length)] ?? 0));
      });
      const [first] = parts;
      return (first ?? []).map((_, i) => stack(parts.flatMap((part) => part[i] ?? [])));
    },
    batch([x, told], key) {
      if (x === undefined) throw new Error("train: a step was given no rows");
      if (told === undefined) return [x];
      return [x, source.classes === undefined ? told : dropped(source.classes, told, random.foldIn(key, 2))];
    },
  };
}

/** Labels with some of them none instead. */
function dropped({ none, dropout = 0.15 }: TrainingClasses, labels: Tensor, key: Key): Tensor {
  const isDropped = less(uniform(key, labels.size), dropout);
  const kept = where(isDropped, none, cast(labels, "float64"));
  return cast(kept, "uint32");
}

/** In double precision, so that every row can be drawn. */
function uniform(key: Key, count: number): Tensor {
  return random.uniform(key, [count], { dtype: "float64" });
}

/** Rows, and their classes or numbers where the model is told. */
interface Labelled {
  readonly data: Tensor;
  readonly conditions?: Tensor | undefined;
  readonly classes?: TrainingClasses | undefined;
}

/** Makes a batch of some rows with what they are conditioned on. */
export function batches({ data, classes, conditions }: Labelled): (rows: Uint32Array) => Batch {
  const told = conditions ?? classes?.labels;
  return (rows) => {
    const at = tensor(rows);
    return told === undefined ? [take(data, at)] : [take(data, at), take(told, at)];
  };
}
