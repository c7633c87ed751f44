import type { TriangularSolveParameters } from "../backend.ts";
import { keepReduced, type Shape, sameShape, sizeAt, sizeOf } from "../shape.ts";
import { Equations } from "./equations.ts";
import {
  type BinaryFunction,
  type Comparison,
  type ElementType,
  type Reduction,
  type Region,
  type UnaryFunction,
  unitOf,
  type Value,
  type WindowParameters,
} from "./primitives.ts";

/** Writes equations by the names of their primitives. */
export class Builder extends Equations {
  /** The equations inside of a region over values like those given. */
  region(
    like: readonly Pick<Value, "shape" | "type">[],
    fill: (b: Builder, inputs: Value[]) => Value[],
  ): Region {
    const inside = new Builder(this);
    const inputs = like.map(({ shape, type }) => inside.fresh(shape, type));
    return inside.finish(inputs, fill(inside, inputs));
  }

  /** A number as a value like another one. */
  fill(value: number, { shape, type }: Pick<Value, "shape" | "type">): Value {
    return this.constant(value, shape, type);
  }
  iota(shape: Shape, axis: number, type: ElementType = "int64"): Value {
    return this.emit("iota", { axis }, [], shape, type);
  }

  unary(name: UnaryFunction, x: Value): Value {
    return this.emit("unary", { name }, [x], x.shape, x.type);
  }
  binary(name: BinaryFunction, x: Value, y: Value | number): Value {
    return this.emit("binary", { name }, [x, this.like(x, y)], x.shape, x.type);
  }
  add(x: Value, y: Value | number): Value {
    return this.binary("add", x, y);
  }
  sub(x: Value, y: Value | number): Value {
    return this.binary("sub", x, y);
  }
  mul(x: Value, y: Value | number): Value {
    return this.binary("mul", x, y);
  }
  div(x: Value, y: Value | number): Value {
    return this.binary("div", x, y);
  }
  compare(name: Comparison, x: Value, y: Value | number): Value {
    return this.emit("compare", { name }, [x, this.like(x, y)], x.shape, "bool");
  }
  /** One of `yes` and `no` may be a number. */
  select(condition: Value, yes: Value | number, no: Value | number): Value {
    const like = typeof yes === "number" ? no : yes;
    if (typeof like === "number") throw new Error("select: one of the branches is a value");
    return this.emit(
      "select",
      {},
      [condition, this.like(like, yes), this.like(like, no)],
      like.shape,
      like.type,
    );
  }
  convert(x: Value, type: ElementType): Value {
    return x.type === type ? x : this.emit("convert", {}, [x], x.shape, type);
  }

  rounded(x: Value): Value {
    return this.emit("rounded", {}, [x], x.shape, x.type);
  }

  reshape(x: Value, shape: Shape): Value {
    return sameShape(x.shape, shape) ? x : this.emit("reshape", {}, [x], shape, x.type);
  }
  broadcast(x: Value, shape: Shape): Value {
    return sameShape(x.shape, shape) ? x : this.emit("broadcast", {}, [x], shape, x.type);
  }
  transpose(x: Value, axes: readonly number[]): Value {
    if (axes.every((axis, i) => axis === i)) return x;
    const shape = axes.map((axis) => sizeAt(x.shape, axis));
    return this.emit("transpose", { axes }, [x], shape, x.type);
  }
  slice(x: Value, start: readonly number[], end: readonly number[]): Value {
    const shape = end.map((last, axis) => last - sizeAt(start, axis));
    return sameShape(shape, x.shape) ? x : this.emit("slice", { start, end }, [x], shape, x.type);
  }
  /** The places from `start` to before `end` along one axis. */
  part(x: Value, axis: number, start: number, end: number): Value {
    return this.slice(
      x,
      x.shape.map((_, i) => (i === axis ? start : 0)),
      x.shape.with(axis, end),
    );
  }
  pad(x: Value, before: readonly number[], after: readonly number[]): Value {
    const shape = x.shape.map((size, axis) => size + sizeAt(before, axis) + sizeAt(after, axis));
    return sameShape(shape, x.shape) ? x : this.emit("pad", { before, after }, [x], shape, x.type);
  }
  reverse(x: Value, axes: readonly number[]): Value {
    return axes.length === 0 ? x : this.emit("reverse", { axes }, [x], x.shape, x.type);
  }
  concatenate(parts: readonly Value[], axis: number): Value {
    const filled = parts.filter(({ shape }) => sizeAt(shape, axis) > 0);
    const [first = parts[0]] = filled;
    if (first === undefined) throw new Error("concatenate: no values");
    if (filled.length < 2) return first;
    const size = filled.reduce((sum, { shape }) => sum + sizeAt(shape, axis), 0);
    return this.emit("concatenate", { axis }, filled, first.shape.with(axis, size), first.type);
  }

  gather(x: Value, indices: Value, axis: number): Value {
    const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
    return this.emit("gather", { axis }, [x, this.convert(indices, "int64")], shape, x.type);
  }
  /** Rows along an axis, as many as indices, added up in an axis of another size. */
  scatterAdd(x: Value, indices: Value, axis: number, size: number): Value {
    const shape = x.shape.with(axis, size);
    if (sizeOf(x.shape) === 0) return this.constant(0, shape, x.type);
    return this.emit("scatterAdd", { axis }, [x, this.convert(indices, "int64")], shape, x.type);
  }
  dot(x: Value, y: Value, { transposeX = false, transposeY = false } = {}): Value {
    const rank = x.shape.length;
    const [rows, depth] = transposeX ? [rank - 1, rank - 2] : [rank - 2, rank - 1];
    const shape = [
      ...x.shape.slice(0, -2),
      sizeAt(x.shape, rows),
      sizeAt(y.shape, transposeY ? rank - 2 : rank - 1),
    ];
    if (x.shape[depth] === 0) return this.constant(0, shape, x.type);
    return this.emit("dot", { transposeX, transposeY }, [x, y], shape, x.type);
  }
  convolution(x: Value, kernel: Value, places: readonly number[], window: WindowParameters): Value {
    const shape = [sizeAt(x.shape, 0), ...places, sizeAt(kernel.shape, kernel.shape.length - 1)];
    if (sizeOf(x.shape) === 0 || sizeOf(kernel.shape) === 0) return this.constant(0, shape, x.type);
    return this.emit("convolution", window, [x, kernel], shape, x.type);
  }
  reduce(name: Reduction, x: Value, axes: readonly number[]): Value {
    if (axes.every((axis) => x.shape[axis] === 1)) return x;
    const shape = keepReduced(x.shape, axes);
    if (sizeOf(x.shape) === 0) return this.constant(unitOf(name, x.type), shape, x.type);
    return this.emit("reduce", { name, axes }, [x], shape, x.type);
  }
  argSort(x: Value, axis: number): Value {
    return this.emit("argSort", { axis }, [x], x.shape, "int64");
  }
  cholesky(x: Value): Value {
    return this.emit("cholesky", {}, [x], x.shape, x.type);
  }
  triangularSolve(x: Value, y: Value, parameters: TriangularSolveParameters): Value {
    return this.emit("triangularSolve", parameters, [x, y], y.shape, y.type);
  }

  scan(
    carries: readonly Value[],
    sequences: readonly Value[],
    { length, isReversed }: { readonly length: number; readonly isReversed: boolean },
    run: (
      b: Builder,
      carries: readonly Value[],
      rows: readonly Value[],
    ) => { carries: Value[]; rows: Value[] },
  ): Value[] {
    const rows = sequences.map(({ shape, type }) => ({ shape: shape.slice(1), type }));
    const body = this.region([...carries, ...rows], (b, inputs) => {
      const next = run(b, inputs.slice(0, carries.length), inputs.slice(carries.length));
      return [...next.carries, ...next.rows];
    });
    const stacked = body.outputs
      .slice(carries.length)
      .map(({ shape, type }) => ({ shape: [length, ...shape], type }));
    if (length === 0) return [...carries, ...stacked.map((like) => this.fill(0, like))];
    const parameters = { body, length, isReversed, carries: carries.length };
    return this.emitAll("scan", parameters, [...carries, ...sequences], [...carries, ...stacked]);
  }
  while(
    start: readonly Value[],
    condition: (b: Builder, values: readonly Value[]) => Value,
    body: (b: Builder, values: readonly Value[]) => Value[],
  ): Value[] {
    const parameters = {
      condition: this.region(start, (b, values) => [b.reshape(condition(b, values), [])]),
      body: this.region(start, body),
    };
    return this.emitAll("while", parameters, start, start);
  }

  private like(x: Value, y: Value | number): Value {
    return typeof y === "number" ? this.fill(y, x) : y;
  }
}
