import type { Tensor } from "@scoretape/autograd";

/** The named arrays of a file, each of which is looked for by what it must be. */
export class Arrays {
  readonly #left: Map<string, Tensor>;
  readonly #fail: (complaint: string) => never;
  /** How many numbers they all have. */
  readonly size: number;

  constructor(tensors: Readonly<Record<string, Tensor>>, fail: (complaint: string) => never) {
    this.#left = new Map(Object.entries(tensors));
    this.#fail = fail;
    this.size = Object.values(tensors).reduce((sum, { size }) => sum + size, 0);
  }

  has(name: string): boolean {
    return this.#left.has(name);
  }

  /** Takes an array, whose sizes are any where the shape has null. */
  take(name: string, dtype: string, shape: readonly (number | null)[]): Tensor {
    const found = this.#left.get(name) ?? this.#fail(`it has no array ${name}`);
    this.#left.delete(name);
    const fits =
      shape.length === found.rank && shape.every((n, axis) => n === null || n === found.shape[axis]);
    if (found.dtype === dtype && fits) return found;
    const wanted = shape.map((n) => n ?? "any").join(", ");
    return this.#fail(
      `${name} is ${found.dtype} of shape [${found.shape.join(", ")}]; it must be ${dtype} of shape [${wanted}]`,
    );
  }

  /** Takes an array of finite numbers. */
  takeFinite(name: string, dtype: string, shape: readonly (number | null)[]): Tensor {
    const found = this.take(name, dtype, shape);
    const bad = found.data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) this.#fail(`element ${bad} of ${name} is ${found.data[bad]}; it must be finite`);
    return found;
  }

  /** Sees that none is left. */
  end(): void {
    for (const name of this.#left.keys()) {
      this.#fail(`it has an array ${name.slice(0, 60)}, which no such model has`);
    }
  }
}
