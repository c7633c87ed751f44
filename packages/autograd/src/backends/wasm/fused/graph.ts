import type { FunctionBody } from "../emitter/body.ts";
import { exactText } from "../emitter/code.ts";
import { F32x4 } from "../emitter/vector.ts";
import type { Cost, Elementwise } from "../maths/elementwise.ts";

/**
 * Which axes of the loop an array has, outermost first. An input is repeated along the axes that it lacks;
 * [rows, columns] is `[true, true]`, a row that every row shares `[false, true]`, a number `[false, false]`.
 */
export type Axes = readonly boolean[];

/** A value of the loop's body: the inputs come first, then the nodes in order. */
export type ValueIndex = number;

/** A number, or an elementwise op on earlier values. */
export type Node =
  | { readonly op: "constant"; readonly value: number }
  | {
      readonly op: string;
      readonly parameters: object;
      readonly operands: readonly ValueIndex[];
      readonly cost: Cost;
      readonly lanes: Elementwise<F32x4[]>;
    };

/** An array that the loop writes. */
export interface FusedOutput {
  readonly value: ValueIndex;
  readonly axes: Axes;
  /** Whether the value is summed over the axes that the output lacks; otherwise it must not vary along them. */
  readonly sum: boolean;
}

/** One loop over all elements of up to three axes: loads, elementwise ops, stores and sums. */
export interface FusedKernel {
  readonly rank: number;
  readonly inputs: readonly Axes[];
  readonly nodes: readonly Node[];
  readonly outputs: readonly FusedOutput[];
}

/** The loop level at which an array's element is known: one more than its innermost axis. */
export function depthOf(axes: Axes): number {
  return axes.lastIndexOf(true) + 1;
}

/** The values that a node reads. */
export function operandsOf(node: Node): readonly ValueIndex[] {
  return "operands" in node ? node.operands : [];
}

/** What a node costs; a number costs nothing. */
export function costOf(node: Node): Cost | null {
  return "cost" in node ? node.cost : null;
}

/** The axes along which each value varies: a node along those of its operands. */
export function valueAxes({ rank, inputs, nodes }: Omit<FusedKernel, "outputs">): Axes[] {
  const axes: Axes[] = [...inputs];
  for (const node of nodes) {
    const operands = operandsOf(node).map((operand) => axes[operand] as Axes);
    axes.push(Array.from({ length: rank }, (_, axis) => operands.some((own) => own[axis])));
  }
  return axes;
}

/** Throws where a node reads a later value, or an output is to hold a value that varies along an axis it lacks. */
export function checkFused(kernel: FusedKernel): void {
  kernel.nodes.forEach((node, i) => {
    const own = kernel.inputs.length + i;
    for (const operand of operandsOf(node)) {
      if (operand >= own)
        throw new RangeError(`fused: node ${i} (${node.op}) reads value ${operand}, which comes later`);
    }
  });
  const axes = valueAxes(kernel);
  kernel.outputs.forEach((output, i) => {
    const lost = axes[output.value]?.findIndex((varies, axis) => varies && !output.axes[axis]) ?? -1;
    if (lost >= 0 && !output.sum) {
      throw new RangeError(
        `fused: output ${i} lacks axis ${lost}, along which value ${output.value} varies; sum over it, or store it`,
      );
    }
  });
}

/** Computes one node on four elements. */
export function computeNode(f: FunctionBody, node: Node, value: (index: ValueIndex) => F32x4): F32x4 {
  return "lanes" in node ? f.let(node.lanes(f, ...node.operands.map(value))) : F32x4.constant(node.value);
}

/**
 * How many vectors an iteration takes abreast: a heavy op waits for its own steps, unless there are those of other vectors.
 * And how many sums of them a kernel keeps apart, more where there is little to do for each: they decide its last bits.
 */
export function abreast({ inputs, nodes, outputs }: FusedKernel): { vectors: number; sums: number } {
  const work = nodes.length + inputs.length + outputs.length;
  const costs = nodes.map(costOf);
  const isCheap = costs.every((cost) => cost === null || cost === "instruction") && work <= 16;
  const sums = isCheap ? (work > 8 ? 2 : 4) : 1;
  return { vectors: costs.includes("heavy") && work <= 24 ? 4 : sums, sums };
}

/** Equal for kernels that run on the same module. */
export function fusedSignature(kernel: FusedKernel): string {
  // JSON has no text for some numbers: infinities, NaN, −0.
  const exact = (_key: string, value: unknown): unknown =>
    typeof value === "number" ? exactText(value) : value;
  return `fused ${JSON.stringify(kernel, exact)}`;
}
