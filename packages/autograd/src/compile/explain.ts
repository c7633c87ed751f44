import { type Equation, type Iteration, outputsOf, type Program } from "../interpret/program.ts";
import type { Stage } from "../program/passes/passes.ts";
import { applies } from "../program/passes/rewriter.ts";
import { bytesOf } from "../program/plan.ts";
import { allSteps, schedule } from "../program/schedule.ts";
import { sizeOf } from "../shape.ts";
import type { AsyncExecutable, Executable, LoweringOptions, ThreadUse } from "./lowering.ts";

/** Floating-point operations of an equation: two per multiplication of a matmul, one per element otherwise. */
export function operationsOf(equation: Equation | Iteration): number {
  if ("body" in equation) return equation.length * operationsIn(equation.body);
  const size = sizeOf(equation.output.shape);
  const [x] = equation.inputs;
  if (x === undefined) return size;
  if (applies(equation, "matmul")) {
    const depth = x.shape.at(equation.parameters.transposeX ? -2 : -1) ?? 1;
    return 2 * size * depth;
  }
  return equation.traits.kind === "movement" ? 0 : Math.max(size, sizeOf(x.shape));
}

function operationsIn(program: Program): number {
  return program.equations.reduce((sum, equation) => sum + operationsOf(equation), 0);
}

/** The bytes of all values that equations define, those of one run of a loop's body among them. */
function bytesIn(program: Program): number {
  return program.equations.reduce((sum, equation) => {
    const own = outputsOf(equation).reduce((total, x) => total + bytesOf(x), 0);
    return sum + own + ("body" in equation ? bytesIn(equation.body) : 0);
  }, 0);
}

/** What a summary asks of a backend. */
interface Describes {
  readonly name: string;
  lower(program: Program, options: LoweringOptions): Executable | AsyncExecutable;
}

/** A table: equations, operations and bytes of intermediate values after each pass, then what will run. */
export function explain(
  stages: readonly Stage[],
  backend: Describes,
  options: { readonly fusion?: boolean; readonly memoryReuse?: boolean },
): string {
  const rows = stages.map(({ name, program }) => [
    name,
    String(program.equations.length),
    operationsIn(program).toLocaleString("en"),
    bytesIn(program).toLocaleString("en"),
  ]);
  const last = stages.at(-1)?.program;
  return [
    table([["pass", "equations", "operations", "bytes"], ...rows]),
    last ? summary(last, backend, options) : "",
  ].join("\n\n");
}

function summary(
  program: Program,
  backend: Describes,
  { fusion = true, memoryReuse = true }: { readonly fusion?: boolean; readonly memoryReuse?: boolean },
): string {
  const steps = allSteps(schedule(program, { fuse: fusion }));
  const loops = steps.filter(({ kind }) => kind === "loop").length;
  const calls = steps.filter(({ kind }) => kind === "call").length;
  const executable = backend.lower(program, { fuse: fusion, reuseMemory: memoryReuse });
  const { bytes, threads, host = [], transfers = 0 } = executable.describe();
  executable.dispose();
  return (
    `${loops} fused loops and ${calls} calls of kernels; ` +
    `${bytes.toLocaleString("en")} bytes of memory on the backend ${backend.name}` +
    (threads === undefined ? "" : `; ${threadsInWords(threads)}`) +
    (host.length === 0 ? "" : `; on the host: ${host.join(", ")}`) +
    (transfers === 0 ? "" : `; waits for the device ${transfers === 1 ? "once" : `${transfers} times`} a run`)
  );
}

function threadsInWords({ count, dividedSteps, reason }: ThreadUse): string {
  return count > 1 ? `steps divided between ${count} threads: ${dividedSteps}` : `1 thread: ${reason}`;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join("  "),
    )
    .join("\n");
}
