import { FunctionBody } from "./body.ts";
import { type FunctionHandle, get, Local, ValueType } from "./code.ts";
import { name, section, unsigned, vector } from "./encoding.ts";
import { I32 } from "./scalar.ts";

/** What the code of a module may use. */
export interface Target {
  /** Whether relaxed SIMD may be used: its fused multiply-add rounds differently from machine to machine. */
  readonly relaxed: boolean;
  /** Whether products have tiles that take all of 15 registers, where the host's compiler can do with them. */
  readonly tall?: boolean;
  /** Whether the memory is shared between threads. */
  readonly shared?: boolean;
}

/** Writes a function from its parameters, by name and in order. */
export type Write<Name extends string> = (
  f: FunctionBody,
  named: Readonly<Record<Name, I32>>,
  ordered: readonly I32[],
) => void;

/** 65,536 pages: all that a 32-bit address reaches. */
const LARGEST_MEMORY = 0x10000;

/**
 * Writes a module of functions on one imported memory, `env.memory`. The functions take 32-bit integers
 * (addresses in bytes, sizes) and leave their results in the memory.
 */
export class ModuleBuilder {
  readonly target: Target;
  private readonly functions: { parameters: number; exportName: string; body: number[] }[] = [];

  constructor(target: Target) {
    this.target = target;
  }

  /** Adds a function, exported under a name; later ones can call it. */
  define<Name extends string>(
    exportName: string,
    parameters: readonly Name[],
    write: Write<Name>,
  ): FunctionHandle {
    const locals = parameters.map(() => new Local(ValueType.i32));
    const ordered = locals.map((local) => new I32(get(local)));
    const named = Object.fromEntries(parameters.map((key, i) => [key, ordered[i]])) as Record<Name, I32>;
    const f = new FunctionBody(locals, this.target.relaxed);
    write(f, named, ordered);
    this.functions.push({ parameters: locals.length, exportName, body: f.finish() });
    return { index: this.functions.length - 1 };
  }

  /** The module in the binary format. */
  finish(): Uint8Array {
    const limits = this.target.shared ? [0x03, 0, ...unsigned(LARGEST_MEMORY)] : [0x00, 0];
    const memory = [...name("env"), ...name("memory"), 0x02, ...limits];
    const types = this.functions.map(({ parameters }) => [
      0x60,
      ...vector(Array.from({ length: parameters }, () => [ValueType.i32])),
      ...vector([]),
    ]);
    const exported = this.functions.map(({ exportName }, i) => [...name(exportName), 0, ...unsigned(i)]);
    const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
    return new Uint8Array(
      header.concat(
        section(1, vector(types)),
        section(2, vector([memory])),
        section(3, vector(this.functions.map((_, i) => unsigned(i)))),
        section(7, vector(exported)),
        section(10, vector(this.functions.map(({ body }) => body))),
      ),
    );
  }
}
