import type { Memory, Module } from "../../backends/wasm/runtime.ts";
import type { ThreadUse } from "../lowering.ts";
import type { EncodedCall } from "./control.ts";
import type { Membership, ThreadPool } from "./pool.ts";

/** A call of a kernel, ready to run, and what another thread needs to make the same call. */
export interface BoundCall {
  readonly module: Module;
  readonly entry: string;
  readonly parameters: readonly number[];
  readonly run: () => void;
}

/** What a backend can do with threads. */
export interface Threading {
  /** Threads that were asked for; `null`: as many as the host has, where they pay. */
  readonly asked: number | null;
  /** The workers; none that are the host's once the backend was disposed of. */
  pool: ThreadPool | null;
  /** Why there is no pool, where threads were asked for. */
  readonly reason: string | null;
}

/** The steps of one program that are divided between threads, and its place among the workers. */
export class DividedSteps {
  private readonly memory: Memory;
  private readonly threading: Threading;
  private readonly modules: Module[] = [];
  private readonly entries: { readonly module: number; readonly name: string }[] = [];
  private readonly steps: EncodedCall[][][] = [];
  private membership: Membership | null = null;
  private isTogether = false;
  private hasRun = false;

  constructor(memory: Memory, threading: Threading) {
    this.memory = memory;
    this.threading = threading;
  }

  /** Adds a step; what it returns runs the step, on all threads if the run began with them. */
  add(shares: readonly (readonly BoundCall[])[]): () => void {
    const step = this.steps.push(shares.map((calls) => calls.map((call) => this.encoded(call)))) - 1;
    const runs = shares.map((calls) => () => {
      for (const { run } of calls) run();
    });
    return () => {
      if (this.isTogether) this.membership?.share(step, runs);
      else for (const run of runs) run();
    };
  }

  /**
   * Begins a run of the program: with the workers, once they have it. The first run does not call for them: they could
   * not be there in time, and would take the processor from it.
   */
  begin(): void {
    const { pool } = this.threading;
    if (this.steps.length === 0) return;
    if (pool === null) {
      this.isTogether = false;
      return;
    }
    if (!this.hasRun) {
      this.hasRun = true;
      return;
    }
    const { memory, modules, entries, steps } = this;
    this.membership ??= pool.enlist({ memory, modules, entries, steps }, this);
    this.isTogether = this.membership?.begin() ?? false;
  }

  /** How threads are used, where they were asked for. */
  use(): { readonly threads?: ThreadUse } {
    const { asked, pool, reason } = this.threading;
    if (asked === 1 || (asked === null && (pool === null || this.steps.length === 0))) return {};
    const none = this.steps.length === 0 ? "no step is large enough to be divided" : null;
    const why = reason ?? pool?.failure ?? none;
    return {
      threads: {
        count: why === null ? (pool?.threads ?? 1) : 1,
        dividedSteps: this.steps.length,
        sharesRun: this.membership?.sharesRun() ?? [],
        reason: why,
      },
    };
  }

  dispose(): void {
    this.membership?.leave();
    this.membership = null;
    this.isTogether = false;
    this.steps.length = 0;
  }

  private encoded({ module, entry, parameters }: BoundCall): EncodedCall {
    if (!this.modules.includes(module)) this.modules.push(module);
    const at = this.modules.indexOf(module);
    let index = this.entries.findIndex((known) => known.module === at && known.name === entry);
    if (index < 0) index = this.entries.push({ module: at, name: entry }) - 1;
    return [index, ...parameters];
  }
}
