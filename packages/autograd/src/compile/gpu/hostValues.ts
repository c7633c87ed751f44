import { js, type Operand } from "../../backend.ts";
import { allocate, type Values } from "../../dtype.ts";
import type { Equation, Variable } from "../../interpret/program.ts";
import { sizeOf } from "../../shape.ts";

/** The values that the host has in a run of a program. */
export class HostValues {
  private readonly values = new Map<Variable, Values>();
  private readonly rootOf: (variable: Variable) => Variable;

  /** @param rootOf the value whose elements an alias shares */
  constructor(rootOf: (variable: Variable) => Variable) {
    this.rootOf = rootOf;
  }

  clear(): void {
    this.values.clear();
  }

  set(variable: Variable, values: Values): void {
    this.values.set(variable, values);
  }

  get(variable: Variable): Values {
    const values = this.values.get(this.rootOf(variable));
    if (values === undefined) throw new Error("compile: the host reads a value that it was not given");
    return values;
  }

  /** Computes an equation on the reference kernels. */
  compute({ output, inputs, fill }: Equation): void {
    const data = allocate("compile", output.dtype, sizeOf(output.shape));
    const operands = inputs.map((x): Operand => ({ ...x, data: this.get(x) }));
    fill?.(js, { ...output, data }, operands);
    this.values.set(output, data);
  }
}
