import type { Value } from "../primitives.ts";
import { typeOf } from "./text.ts";

/** Writes operations in MLIR's generic form, one a line. */
export class Writer {
  private readonly names = new Map<number, string>();
  private readonly lines: string[] = [];
  private indentation: string;
  private helpers = 0;

  constructor(indentation: string) {
    this.indentation = indentation;
  }

  /** How a value is called in the text. */
  name({ id }: Value): string {
    return this.names.get(id) ?? `%${id}`;
  }

  /** An operation of StableHLO that defines values. */
  define(
    outputs: readonly Value[],
    operation: string,
    inputs: readonly Value[],
    attributes = "",
    regions: readonly (() => void)[] = [],
  ): void {
    const [first] = outputs;
    if (first === undefined) throw new Error(`${operation} has no results`);
    const own = this.name(first);
    outputs.forEach(({ id }, i) => {
      if (outputs.length > 1) this.names.set(id, `${own}#${i}`);
    });
    const results = outputs.length > 1 ? `${own}:${outputs.length}` : own;
    this.write(`${results} = `, `stablehlo.${operation}`, inputs, outputs, attributes, regions);
  }

  /** An operation that ends a block. */
  end(operation: string, values: readonly Value[]): void {
    this.write("", operation, values, [], "", []);
  }

  /** A block with arguments of its own, and the lines that follow inside. */
  block(inputs: readonly Value[], fill: () => void): void {
    const before = this.indentation;
    this.lines.push(`${before}^bb0(${inputs.map((x) => `${this.name(x)}: ${typeOf(x)}`).join(", ")}):`);
    this.indentation = `${before}  `;
    fill();
    this.indentation = before;
  }

  /** A value that only this text has. */
  helper({ shape, type }: Pick<Value, "shape" | "type">): Value {
    this.helpers += 1;
    const helper = { id: -this.helpers, shape, type };
    this.names.set(helper.id, `%t${this.helpers}`);
    return helper;
  }

  toString(): string {
    return this.lines.join("\n");
  }

  private write(
    results: string,
    operation: string,
    inputs: readonly Value[],
    outputs: readonly Value[],
    attributes: string,
    regions: readonly (() => void)[],
  ): void {
    const before = this.indentation;
    const types = (values: readonly Value[]): string => `(${values.map(typeOf).join(", ")})`;
    const [only] = outputs;
    const to = only !== undefined && outputs.length === 1 ? typeOf(only) : types(outputs);
    const head = `${before}${results}"${operation}"(${inputs.map((x) => this.name(x)).join(", ")})`;
    const start = attributes === "" ? head : `${head} <{${attributes}}>`;
    const end = ` : ${types(inputs)} -> ${to}`;
    if (regions.length === 0) {
      this.lines.push(start + end);
      return;
    }
    regions.forEach((fill, i) => {
      this.lines.push(i === 0 ? `${start} ({` : `${before}}, {`);
      this.indentation = `${before}  `;
      fill();
      this.indentation = before;
    });
    this.lines.push(`${before}})${end}`);
  }
}
