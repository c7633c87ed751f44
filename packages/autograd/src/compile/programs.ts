import { checkFunction, checkOptions, kindOf } from "../arguments.ts";
import type { DType } from "../dtype.ts";
import type { Program } from "../interpret/program.ts";
import { isTraced } from "../op.ts";
import { optimize, type Stage } from "../program/passes/passes.ts";
import { checkList, type Shape, sameShape } from "../shape.ts";
import { type Tensor, zeros } from "../tensor.ts";
import { captureWithStructure } from "../transforms/capture.ts";
import * as tree from "../tree.ts";
import type { AsyncCompileOptions, CompiledTools, CompileOptions } from "./compiled.ts";
import { explain } from "./explain.ts";
import type { AsyncExecutable, Executable, LoweringOptions } from "./lowering.ts";
import { checkSameSight, type Sight, sightOf } from "./purity.ts";

interface Entry<A, R, E> {
  /** Arguments of the structure that the program serves; their elements do not count. */
  readonly structure: A;
  /** The shapes and dtypes that it serves. */
  readonly leaves: readonly { readonly shape: Shape; readonly dtype: DType }[];
  readonly executable: E;
  readonly result: tree.Flat<R>;
  /** What its capture saw, where that is to be checked. */
  readonly sight: Sight | null;
}

/** What turns a program into something that runs. */
interface Lowers<E> {
  readonly name: string;
  readonly keepsOrder?: boolean;
  lower(program: Program, options: LoweringOptions): E;
}

/** The programs of one function, one for each structure, shapes and dtypes of its arguments. */
export class Programs<
  A extends tree.TreesOf<A>,
  R extends tree.TreeOf<R> | readonly [],
  E extends Executable | AsyncExecutable,
> {
  private readonly f: (...primals: A) => R;
  private readonly backend: Lowers<E>;
  private readonly options: Omit<CompileOptions, "backend">;
  private readonly entries: Entry<A, R, E>[] = [];

  constructor(f: (...primals: A) => R, backend: Lowers<E>, options: Omit<CompileOptions, "backend">) {
    this.f = f;
    this.backend = backend;
    this.options = options;
  }

  /** The program for these arguments; `null` where one of them, or a value that f reads, is being traced. */
  at(primals: A, leaves: readonly Tensor[]): Entry<A, R, E> | null {
    if (leaves.some(isTraced)) return null;
    const known = this.entries.find((entry) => serves(entry, primals, leaves));
    if (known === undefined) return this.build(primals, leaves);
    if (known.sight !== null) this.checkAgainst(known.sight, primals);
    return known;
  }

  /** What a compiled function offers beside being called. */
  tools(): CompiledTools<A> {
    const captured = (examples: A): Program => captureWithStructure("compile", this.f, examples).program;
    return {
      explain: (...examples: A) =>
        explain(this.stages(captured(examples)), this.backend, this.options.passes ?? {}),
      program: (...examples: A) => this.optimized(captured(examples)),
      dispose: () => {
        for (const { executable } of this.entries) executable.dispose();
        this.entries.length = 0;
      },
    };
  }

  private stages(program: Program): Stage[] {
    return optimize(program, { repetition: !this.backend.keepsOrder, ...this.options.passes });
  }

  private optimized(program: Program): Program {
    return this.stages(program).at(-1)?.program ?? program;
  }

  private build(primals: A, leaves: readonly Tensor[]): Entry<A, R, E> | null {
    const { passes = {}, donate = [] } = this.options;
    checkDonations(donate, primals.length);
    const captured = captureWithStructure("compile", this.f, primals);
    const { program, result } = captured;
    if (program.constants.some(({ value }) => isTraced(value))) return null;
    const sight = this.options.check === true ? sightOf(captured) : null;
    if (sight !== null) this.checkAgainst(sight, primals);
    const donated: boolean[] = [];
    tree.map((leaf, path) => {
      donated.push(donate.includes(Number.parseInt(path, 10))); // a path begins with the argument's number
      return leaf;
    }, primals);
    const { fusion = true, memoryReuse = true } = passes;
    const executable = this.backend.lower(this.optimized(program), {
      fuse: fusion,
      reuseMemory: memoryReuse,
      donated,
    });
    const nothing = zeros([]);
    const entry = {
      structure: tree.map(() => nothing, primals),
      leaves: leaves.map(({ shape, dtype }) => ({ shape, dtype })),
      executable,
      result,
      sight,
    };
    this.entries.push(entry);
    return entry;
  }

  /** Captures once more, and throws unless all is as it was. */
  private checkAgainst(sight: Sight, primals: A): void {
    checkSameSight(sight, sightOf(captureWithStructure("compile", this.f, primals)));
  }
}

/** Throws unless all positions are those of arguments. */
function checkDonations(donate: readonly number[], count: number): void {
  for (const position of donate) {
    if (position < count) continue;
    throw new RangeError(
      `compile: donate names argument ${position}; the function was called with ${count}, numbered from 0`,
    );
  }
}

/** Whether a program was captured at arguments like these. */
function serves(
  entry: Pick<Entry<tree.Tree, unknown, unknown>, "leaves" | "structure">,
  primals: tree.Tree,
  leaves: readonly Tensor[],
): boolean {
  const isLike = (leaf: Tensor, i: number): boolean => {
    const known = entry.leaves[i];
    return known !== undefined && leaf.dtype === known.dtype && sameShape(leaf.shape, known.shape);
  };
  return leaves.every(isLike) && tree.sameStructure(primals, entry.structure);
}

const passKinds = {
  deadCode: "boolean",
  constants: "boolean",
  algebra: "boolean",
  repetition: "boolean",
  commonSubexpressions: "boolean",
  fusion: "boolean",
  memoryReuse: "boolean",
} as const;

/** Throws unless all positions could be those of arguments. */
function checkDonated(donate: readonly number[]): void {
  checkList("compile", "donate", donate, "[0]");
  for (const position of donate) {
    if (Number.isSafeInteger(position) && position >= 0) continue;
    throw new RangeError(`compile: donate names argument ${kindOf(position)}; arguments are numbered from 0`);
  }
}

/** Throws unless f can be compiled with such options. */
export function checkCompilation(f: unknown, options: Partial<CompileOptions | AsyncCompileOptions>): void {
  checkFunction("compile", f);
  checkOptions("compile", options, { backend: "any", check: "boolean", donate: "any", passes: "any" });
  const { donate = [], passes = {} } = options;
  checkDonated(donate);
  checkOptions("compile: passes", passes, passKinds);
}
