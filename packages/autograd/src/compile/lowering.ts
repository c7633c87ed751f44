import { checkOptions } from "../arguments.ts";
import { checkProgram, type Program } from "../interpret/program.ts";
import type { ScheduleOptions } from "../program/schedule.ts";
import type { Tensor } from "../tensor.ts";

/** A program that runs: it owns its memory. */
export interface Executable {
  /** The outputs at the given inputs, in tensors of their own. */
  run(inputs: readonly Tensor[]): Tensor[];
  /** What it consists of, for people. */
  describe(): ExecutableDescription;
  /** Frees what it holds; it cannot run afterwards. */
  dispose(): void;
}

/** The size of an executable. */
export interface ExecutableDescription {
  readonly backend: string;
  /** Steps that run at each call. */
  readonly steps: number;
  /** Bytes of memory for inputs, constants and intermediate values together. */
  readonly bytes: number;
  /** Where threads were asked for. */
  readonly threads?: ThreadUse;
  /** On a device: the ops that run on the reference kernels of the host all the same. */
  readonly host?: readonly string[];
  /** On a device: how often a run waits for values that the host needs. */
  readonly transfers?: number;
}

/** A program on a device: its results stay there until they are read. */
export interface AsyncExecutable {
  /** The outputs at the given inputs. */
  run(inputs: readonly Tensor[]): Promise<Tensor[]>;
  /** What it consists of, for people. */
  describe(): ExecutableDescription;
  /** Frees what it holds; it cannot run afterwards. */
  dispose(): void;
}

/** How an executable uses threads. */
export interface ThreadUse {
  /** Threads that share its steps, the calling one among them. */
  readonly count: number;
  /** Steps that are divided between them. */
  readonly dividedSteps: number;
  /** Shares of steps that each worker has run so far, for all programs of the backend. */
  readonly sharesRun: readonly number[];
  /** Why it runs on one thread, where it does. */
  readonly reason: string | null;
}

/** How a program becomes an executable. */
export interface LoweringOptions extends ScheduleOptions {
  /** Which of the program's inputs give their place in memory to an output of the same shape. */
  readonly donated?: readonly boolean[];
  /** Write results over values that are read for the last time. True unless said. */
  readonly reuseMemory?: boolean;
}

/** A backend for whole programs. */
export interface ProgramBackend {
  readonly name: string;
  /** Whether results have the bits of the eager ops: no pass may then change the order of a sum. */
  readonly keepsOrder?: boolean;
  /** The program, ready to run. */
  lower(program: Program, options: LoweringOptions): Executable;
}

/** Throws unless a backend is given a program and options of its own. */
export function checkLowering(name: string, program: Program, options: LoweringOptions): void {
  checkProgram(name, program);
  checkOptions(name, options, { donated: "any", reuseMemory: "boolean", loops: "boolean", fuse: "boolean" });
}
