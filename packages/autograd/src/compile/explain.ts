import type { Equation, Program } from "../interpret/program.ts";
import { bytesOf } from "../program/memory.ts";
import type { Stage } from "../program/passes.ts";
import { applies } from "../program/rewriter.ts";
import { schedule } from "../program/schedule.ts";
import { sizeOf } from "../shape.ts";
import type { AsyncExecutable, Executable, LoweringOptions, ThreadUse } from "./lowering.ts";

/** Floating-point operations of an equation: two per multiplication of a matmul, one per element otherwise. */
export function operationsOf(equation: Equation): number {
  const size = sizeOf(equation.output.shape);
  const [x] = equation.inputs;
  if (x === undefined) return size;
  if (applies(equation, "matmul")) {
    const depth = x.shape.at(equation.parameters.transposeX ? -2 : -1) ?? 1;
    return 2 * size * depth;
  }
  return equation.traits.kind === "movement" ? 0 : Math.max(size, sizeOf(x.shape));
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
    program.equations.reduce((sum, equation) => sum + operationsOf(equation), 0).toLocaleString("en"),
    program.equations.reduce((sum, { output }) => sum + bytesOf(output), 0).toLocaleString("en"),
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
  const steps = schedule(program, { fuse: fusion });
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
