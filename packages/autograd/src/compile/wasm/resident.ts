import { type Backend, eager } from "../../backend.ts";
import type { DType, Values } from "../../dtype.ts";
import { type Shape, showShape } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";

/** A place in a program's memory that holds the value of an input from one call to the next. */
export class Residence {
  private readonly values: Values;
  private readonly shape: Shape;
  private readonly dtype: DType;
  private occupant: Resident | null = null;

  constructor(values: Values, shape: Shape, dtype: DType) {
    this.values = values;
    this.shape = shape;
    this.dtype = dtype;
  }

  /** What a value fills the place with for a call; the one that lives there needs nothing. */
  fillFrom(value: Tensor | undefined): Values | null {
    return value === undefined || value === this.occupant ? null : value.data;
  }

  /** Puts elements in place for a call. */
  enter(fill: Values | null): void {
    if (fill !== null) this.values.set(fill);
  }

  /** The tensor that a call has left in this place. The one before it is gone, unless it was read. */
  settle(): Tensor {
    this.leave();
    this.occupant = new Resident(this.shape, this.dtype, this.values);
    return this.occupant;
  }

  /** Before a call overwrites the place: its tensor cannot be read any more. */
  leave(): void {
    this.occupant?.evict();
    this.occupant = null;
  }
}

/** A tensor whose elements stay in a program's memory until somebody reads them. */
class Resident extends Tensor {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly backend: Backend = eager;
  private place: Values | null;
  private copy: Values | null = null;

  constructor(shape: Shape, dtype: DType, place: Values) {
    super();
    this.shape = shape;
    this.dtype = dtype;
    this.place = place;
  }

  get data(): Values {
    this.copy ??= this.place?.slice() ?? null;
    if (this.copy === null) {
      throw new Error(
        `a tensor of shape ${showShape(this.shape)} was donated to a compiled function that has run again, and ` +
          "its elements are gone; read it before that call, or do not donate this argument",
      );
    }
    return this.copy;
  }

  evict(): void {
    this.place = null;
  }
}
