import type { FunctionBody } from "../emitter/body.ts";
import { ModuleBuilder, type Target } from "../emitter/module.ts";
import { I32 } from "../emitter/scalar.ts";
import { F32x4, I32x4 } from "../emitter/vector.ts";
import { Added, type Ending, InnerSum, loadPart, type Part, Stored, StoredOnce } from "./ending.ts";
import {
  abreast,
  checkFused,
  computeNode,
  depthOf,
  type FusedKernel,
  type FusedOutput,
  valueAxes,
} from "./graph.ts";
import { innerAxes, OuterSum, outerSumAxis } from "./outerSum.ts";
import { Walk } from "./walk.ts";

/**
 * A module with `run(size of each axis, address of each input, address of each output, scratch)`: computes the
 * kernel for all elements, one vector of the last axis at a time. Values that do not vary along the inner
 * axes are computed outside of their loops. Sums have a fixed order. An output may lie on an input of the
 * same axes. The scratch memory needs {@link fusedScratchBytes}.
 */
export function fusedModule(target: Target, kernel: FusedKernel): ModuleBuilder {
  checkFused(kernel);
  const module = new ModuleBuilder(target);
  const names = [
    ...Array.from({ length: kernel.rank }, (_, axis) => `size${axis}`),
    ...kernel.inputs.map((_, i) => `input${i}`),
    ...kernel.outputs.map((_, i) => `output${i}`),
    "scratch",
  ];
  module.define("run", names, (f, _, parameters) => new FusedLoop(f, kernel, parameters).write());
  return module;
}

/** Bytes of scratch memory that a kernel needs for arrays of these sizes. */
export function fusedScratchBytes({ outputs }: FusedKernel, sizes: readonly number[]): number {
  let bytes = 0;
  for (const { axes, sum } of outputs) {
    const outer = sum ? outerSumAxis(axes) : undefined;
    if (outer === undefined) continue;
    bytes += innerAxes(axes, outer).reduce((product, axis) => product * (sizes[axis] as number), 4);
  }
  return bytes;
}

class FusedLoop {
  private readonly f: FunctionBody;
  private readonly kernel: FusedKernel;
  private readonly sizes: readonly I32[];
  private readonly depths: readonly number[];
  private readonly abreast: { readonly vectors: number; readonly sums: number };
  private readonly inputs: readonly Walk[];
  private readonly endings: readonly Ending[];
  /** The values that are known where the loop is being written. */
  private readonly values: (F32x4 | undefined)[] = [];

  constructor(f: FunctionBody, kernel: FusedKernel, parameters: readonly I32[]) {
    const { rank, inputs, outputs } = kernel;
    this.f = f;
    this.kernel = kernel;
    this.sizes = parameters.slice(0, rank);
    this.depths = valueAxes(kernel).map(depthOf);
    this.abreast = abreast(kernel);
    this.inputs = inputs.map((axes, i) => new Walk(f, axes, parameters[rank + i] as I32));
    let scratch = parameters.at(-1) as I32;
    this.endings = outputs.map((output, i) => {
      const start = parameters[rank + inputs.length + i] as I32;
      const { ending, next } = this.ending(output, start, scratch);
      scratch = next;
      return ending;
    });
  }

  private ending(output: FusedOutput, start: I32, scratch: I32): { ending: Ending; next: I32 } {
    const { f } = this;
    const walk = new Walk(f, output.axes, start);
    const along = walk.depth === this.kernel.rank;
    if (!output.sum) return { ending: along ? new Stored(f, walk) : new StoredOnce(f, walk), next: scratch };
    const outer = outerSumAxis(output.axes);
    if (outer === undefined) {
      return {
        ending: along ? new Stored(f, walk) : new InnerSum(f, walk, this.abreast.sums, false),
        next: scratch,
      };
    }
    const inner = along ? new Added(f, walk) : new InnerSum(f, walk, this.abreast.sums, true);
    const elements = innerAxes(output.axes, outer).map((axis) => this.sizes[axis] as I32);
    const bytes = f.let(elements.reduce((product, size) => product.mul(size), I32.constant(4)));
    const ending = new OuterSum(f, inner, outer, this.sizes[outer] as I32, start, { at: scratch, bytes });
    return { ending, next: f.let(scratch.add(bytes)) };
  }

  write(): void {
    this.level(0);
  }

  /** The loop over one axis, with what is known before it and what is finished after it. */
  private level(axis: number): void {
    this.compute(axis, (walk) => this.f.let(F32x4.loadSplat(walk.at.value)));
    for (const ending of this.endings) ending.enter?.(axis);
    if (axis === this.kernel.rank - 1) this.vectors(axis);
    else this.iterate(axis);
    this.endings.forEach((ending, i) => {
      ending.leave?.(axis, this.values[this.kernel.outputs[i]?.value ?? -1]);
    });
  }

  private iterate(axis: number): void {
    const walks = [...this.inputs, ...this.endings.map((ending) => ending.walk)];
    const restarts = walks.map((walk) => walk.restart(this.f, axis));
    this.f.times(this.sizes[axis] as I32, (index) => {
      for (const restart of restarts) restart();
      this.level(axis + 1);
      for (const walk of walks) walk.step(axis);
      for (const ending of this.endings) ending.iterated?.(axis, index);
    });
  }

  /** The loop over the last axis: several vectors an iteration, then one, then what is left. */
  private vectors(axis: number): void {
    const { f } = this;
    const { vectors, sums } = this.abreast;
    const size = this.sizes[axis] as I32;
    const index = f.variable(I32.constant(0));
    for (const width of new Set([vectors, 1])) {
      f.advance(index, f.let(size.and(-4 * width).shl(2)), 16 * width, () => {
        const slots = Array.from({ length: width }, (_, i) => i);
        this.parts(slots.map((i) => ({ index: index.value, offset: 16 * i, slot: i % sums })));
      });
    }
    const count = f.let(size.and(3));
    f.when(count, () => {
      const lanes = f.let(I32x4.constant(0, 1, 2, 3).lt(I32x4.splat(count)));
      this.parts([{ index: index.value, offset: 0, slot: 0, rest: { count, lanes } }]);
    });
    for (const { depth, at } of [...this.inputs, ...this.endings.map((ending) => ending.walk)]) {
      if (depth === this.kernel.rank) at.set(at.value.add(size.shl(2)));
    }
  }

  private parts(parts: readonly Part[]): void {
    const { f, kernel } = this;
    const values = f.abreast(
      parts.map((part) => () => {
        this.compute(kernel.rank, (walk) => loadPart(f, walk.at.value, part));
        return [...this.values];
      }),
    );
    parts.forEach((part, k) => {
      this.endings.forEach((ending, i) => {
        const { value } = kernel.outputs[i] as FusedOutput;
        ending.vector?.(part, values[k]?.[value] as F32x4);
      });
    });
  }

  /** Computes the values that become known at a level; deeper ones are forgotten. */
  private compute(depth: number, load: (walk: Walk) => F32x4): void {
    const { f, kernel, values } = this;
    this.depths.forEach((valueDepth, i) => {
      if (valueDepth > depth) values[i] = undefined;
      if (valueDepth !== depth) return;
      const input = this.inputs[i];
      if (input !== undefined) values[i] = load(input);
      const node = kernel.nodes[i - kernel.inputs.length];
      if (node !== undefined) values[i] = computeNode(f, node, (operand) => values[operand] as F32x4);
    });
  }
}
