import { KEY_LENGTH } from "../../backends/gpu/kernels/draws.ts";
import type { Values } from "../../dtype.ts";
import { definitionsOf, type Equation, type Program, type Variable } from "../../interpret/program.ts";
import { sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import type { ArrayId, Code, Conversion } from "./code.ts";

/** The elements that the host computes a second time at most. */
const LARGEST_RECOMPUTED = 2 ** 20;

/** Where the values of a program are while its code is written, on the device and on the host; brings them across. */
export class ProgramValues {
  /** The inputs that the device reads, with their arrays. */
  readonly uploads: { input: number; array: ArrayId }[] = [];
  /** The inputs that the host reads. */
  readonly hostInputs = new Set<number>();
  /** What the arrays of constants hold. */
  readonly constants: { array: ArrayId; values: Values }[] = [];
  private readonly program: Program;
  private readonly code: Code;
  private readonly roots = new Map<Variable, Variable>();
  private readonly arrays = new Map<Variable, ArrayId>();
  private readonly conversions = new Map<string, ArrayId>();
  /** The values that the host has once the commands so far have run. */
  private readonly known = new Set<Variable>();
  private readonly constantValues: ReadonlyMap<Variable, Tensor>;
  private readonly definitions: ReadonlyMap<Variable, Equation>;

  constructor(program: Program, code: Code) {
    this.program = program;
    this.code = code;
    this.constantValues = new Map(program.constants.map(({ variable, value }) => [variable, value]));
    this.definitions = definitionsOf(program);
  }

  /** The value whose elements an alias shares. */
  rootOf(variable: Variable): Variable {
    return this.roots.get(variable) ?? variable;
  }

  /** A value has the elements of another one. */
  alias(variable: Variable, of: Variable): void {
    this.roots.set(variable, this.rootOf(of));
  }

  /** A value is in an array. */
  define(variable: Variable, array: ArrayId): void {
    this.arrays.set(variable, array);
  }

  /** The constant that a value is, if it is one. */
  constantOf(variable: Variable): Tensor | undefined {
    return this.constantValues.get(variable);
  }

  /** A constant that can stand in a kernel's text. */
  literalOf(variable: Variable): number | null {
    const constant = this.constantValues.get(variable);
    if (constant?.size !== 1 || constant.dtype !== "float32") return null;
    const value = constant.item();
    const magnitude = Math.abs(value);
    return value === 0 || (magnitude > 1e-30 && magnitude < 1e9) ? value : null;
  }

  /** Whether the host has a value, or only it can have it. */
  isOnHost(variable: Variable): boolean {
    const root = this.rootOf(variable);
    const isOnDevice = this.arrays.has(root) || (variable.dtype === "float32" && sizeOf(root.shape) > 0);
    return this.known.has(root) || !isOnDevice;
  }

  /** The device's array of a value of floats, brought there if need be. */
  arrayOf(variable: Variable): ArrayId {
    const root = this.rootOf(variable);
    const known = this.arrays.get(root);
    if (known !== undefined) return known;
    const array = this.code.array(sizeOf(root.shape), true);
    this.arrays.set(root, array);
    const input = this.program.inputs.indexOf(root);
    const constant = this.constantValues.get(root);
    if (input >= 0) this.uploads.push({ input, array });
    else if (constant !== undefined) this.constants.push({ array, values: constant.data });
    else this.code.commands.push({ kind: "write", array, variable: root, conversion: { kind: "elements" } });
    return array;
  }

  /** The array of a value as the host converts it. */
  converted(variable: Variable, conversion: Conversion): ArrayId {
    const root = this.rootOf(variable);
    this.recompute(root);
    const key = `${root.index} ${JSON.stringify(conversion)}`;
    const known = this.conversions.get(key);
    if (known !== undefined) return known;
    this.toHost(root);
    const array = this.code.array(conversion.kind === "key" ? KEY_LENGTH : sizeOf(root.shape), true);
    this.conversions.set(key, array);
    this.code.commands.push({ kind: "write", array, variable: root, conversion });
    return array;
  }

  /** Has the host compute an equation on the reference kernels. */
  computeOnHost(equation: Equation): void {
    for (const x of equation.inputs) this.toHost(x);
    this.code.commands.push({ kind: "host", equation });
    this.known.add(equation.output);
  }

  /** Brings a value to the host if need be. */
  toHost(variable: Variable): void {
    const root = this.rootOf(variable);
    if (this.known.has(root)) return;
    this.known.add(root);
    const input = this.program.inputs.indexOf(root);
    if (input >= 0) this.hostInputs.add(input);
    else if (!this.constantValues.has(root)) {
      this.code.commands.push({ kind: "read", array: this.arrayOf(root), variable: root });
    }
  }

  /**
   * Lets the host compute what the device computes from keys and constants alone, such as row numbers that were drawn:
   * then the device need not be waited for.
   */
  private recompute(variable: Variable): void {
    const order: Equation[] = [];
    if (!this.dependsOnKeysOnly(variable, order, new Set())) return;
    if (order.reduce((sum, { output }) => sum + sizeOf(output.shape), 0) > LARGEST_RECOMPUTED) return;
    for (const equation of order) this.computeOnHost(equation);
  }

  /** Whether a value depends on nothing that is on the device; adds what has to be computed for it in order. */
  private dependsOnKeysOnly(variable: Variable, order: Equation[], seen: Set<Variable>): boolean {
    const root = this.rootOf(variable);
    if (this.known.has(root) || this.constantValues.has(root) || seen.has(root)) return true;
    seen.add(root);
    const definition = this.definitions.get(root);
    if (definition === undefined) return root.dtype !== "float32";
    if (!definition.inputs.every((x) => this.dependsOnKeysOnly(x, order, seen))) return false;
    if (definition.fill !== null) order.push(definition);
    return true;
  }
}
