import { js, type Operand } from "../../backend.ts";
import { fusedScratchBytes } from "../../backends/wasm/fused/loop.ts";
import {
  createMemory,
  instantiate,
  type KernelFunction,
  type Memory,
  type Module,
} from "../../backends/wasm/runtime.ts";
import { allConstants, type Equation, type Program, type Variable } from "../../interpret/program.ts";
import { type MemoryPlan, planMemory } from "../../program/plan.ts";
import { type Loop, type Repetition, type Step, schedule } from "../../program/schedule.ts";
import { Dense, type Tensor } from "../../tensor.ts";
import { pairDonations } from "../donation.ts";
import { iterate } from "../iterate.ts";
import { view } from "../js.ts";
import { lowerLoop } from "../loop.ts";
import type { Executable, LoweringOptions } from "../lowering.ts";
import { cutLoop } from "../threads/cut.ts";
import type { DividedKernel } from "../threads/divide.ts";
import { type BoundCall, DividedSteps, type Threading } from "../threads/steps.ts";
import { type Kernel, type KernelCall, loopCode, type ModuleCache } from "./kernel.ts";
import { callsOf } from "./kernels.ts";
import { Residence } from "./resident.ts";
import { divided, kernelsIn, sharedTime, type Work } from "./work.ts";

/** What the programs of a backend have in common. */
export interface Setting {
  readonly modules: ModuleCache;
  /** For programs whose memory threads share. */
  readonly sharedModules: ModuleCache;
  readonly threading: Threading;
  /** The least time of a part of a sum, of a share of a step, and of all shared steps of a program, in nanoseconds. */
  readonly grain: number;
  readonly share: number;
  readonly program: number;
}

/** A program as WebAssembly. */
export function lower(program: Program, options: LoweringOptions, setting: Setting): Executable {
  return new Lowering(program, options, setting).executable();
}

/** All that a 32-bit address reaches. */
const LARGEST_MEMORY = 2 ** 32;

/** Turns one program into an executable. */
class Lowering {
  private readonly program: Program;
  private readonly modules: ModuleCache;
  private readonly steps: readonly Step[];
  private readonly plan: MemoryPlan;
  private readonly memory: Memory;
  private readonly work: readonly Work[];
  private readonly kernels: readonly (DividedKernel | Equation)[];
  private readonly donations: ReturnType<typeof pairDonations>;
  private readonly constants: ReadonlyMap<Variable, Tensor>;
  private readonly instances = new Map<Module, (name: string) => KernelFunction>();
  private readonly divided: DividedSteps;
  private readonly bytes: number;

  constructor(program: Program, options: LoweringOptions, setting: Setting) {
    const { threading, grain, share } = setting;
    this.program = program;
    this.constants = new Map(allConstants(program).map(({ variable, value }) => [variable, value]));
    this.steps = schedule(program, options);
    this.donations = pairDonations(program, options.donated ?? []);
    this.plan = planMemory(program, this.steps, {
      reuse: options.reuseMemory ?? true,
      donations: this.donations,
    });
    const undivided = this.steps.flatMap((step) => this.workOf(step));
    const most = { threads: threading.pool?.threads ?? 1, share };
    const threads = sharedTime(undivided, most) >= setting.program ? most.threads : 1;
    this.work = undivided.map((work) => divided(work, { threads, share, grain }));
    this.kernels = kernelsIn(this.work);
    const calls = this.kernels.filter((kernel) => "calls" in kernel);
    this.bytes = this.plan.end + Math.max(0, ...calls.map(({ scratchBytes }) => scratchBytes));
    if (this.bytes > LARGEST_MEMORY) {
      throw new RangeError(
        `compile: the program needs ${this.bytes} bytes, and WebAssembly reaches ${LARGEST_MEMORY}; ` +
          "take a smaller batch, or the backend js",
      );
    }
    const shared = calls.some(({ shareCount }) => shareCount > 1);
    this.modules = shared ? setting.sharedModules : setting.modules;
    this.memory = createMemory(this.bytes, { shared });
    this.divided = new DividedSteps(this.memory, threading);
  }

  executable(): Executable {
    const { program, donations, divided } = this;
    for (const [variable, value] of this.constants) this.viewOf(variable).set(value.data);
    const runs = this.work.flatMap((work) => this.runsOf(work));
    const places = program.inputs.map((x) => new Residence(this.viewOf(x), x.shape, x.dtype));
    const moved = donations.filter((donation) => !this.plan.inPlace.includes(donation));
    const copies = moved.map(({ input, output }) => [this.viewOf(input), this.viewOf(output)] as const);
    const results = program.outputs.map((output, i) => {
      const isFirst = program.outputs.indexOf(output) === i;
      const donation = isFirst ? donations.find((d) => d.output === output) : undefined;
      const place = donation && places[program.inputs.indexOf(donation.input)];
      return { output, values: this.viewOf(output), place };
    });
    const settled = results.flatMap(({ place }) => place ?? []);
    return {
      run(values) {
        divided.begin();
        // All are read before any place is filled: a tensor may live in the place of another argument.
        const fills = places.map((place, i) => place.fillFrom(values[i]));
        for (const [i, place] of places.entries()) place.enter(fills[i] ?? null);
        for (const place of settled) place.leave();
        for (const run of runs) run();
        const copied = results.map(({ output, values: from, place }) =>
          place === undefined ? new Dense(output.shape, from.slice(), output.dtype) : null,
        );
        for (const [to, from] of copies) to.set(from);
        return copied.flatMap((result, i) => result ?? results[i]?.place?.settle() ?? []);
      },
      describe: () => ({
        backend: "wasm",
        steps: this.kernels.length,
        bytes: this.bytes,
        ...divided.use(),
      }),
      dispose() {
        divided.dispose();
        runs.length = 0;
      },
    };
  }

  private workOf(step: Step): Work<Kernel>[] {
    if (step.kind !== "scan") return [...this.kernelsOf(step)];
    return [{ loop: step.equation, inside: step.steps.flatMap((inner) => this.workOf(inner)) }];
  }

  /** The kernels of a step, one after another; an equation that has none runs on its reference kernel. */
  private kernelsOf(step: Exclude<Step, Repetition>): readonly (Kernel | Equation)[] {
    if (step.kind === "alias") return [];
    if (step.kind === "loop") return [this.loopKernel(step)];
    return callsOf(step.equation, (x) => this.address(x)) ?? [step.equation];
  }

  private loopKernel(step: Loop): Kernel {
    const lowered = lowerLoop(step, (x) => this.scalarOf(x));
    const { kernel, sizes } = lowered;
    return {
      ...loopCode(kernel),
      scratchBytes: fusedScratchBytes(kernel, sizes),
      cut: cutLoop(kernel, sizes),
      parameters: (scratch) => [
        ...sizes,
        ...lowered.inputs.map((x) => this.address(x)),
        ...lowered.outputs.map((x) => this.address(x)),
        scratch,
      ],
    };
  }

  /** Work as functions without arguments. */
  private runsOf(kernel: Work): (() => void)[] {
    if ("loop" in kernel) {
      const inside = kernel.inside.flatMap((work) => this.runsOf(work));
      return [iterate(kernel.loop, inside, new Uint8Array(this.memory.buffer), (x) => this.address(x))];
    }
    if (!("calls" in kernel)) {
      const [output, inputs] = [this.operand(kernel.output), kernel.inputs.map((x) => this.operand(x))];
      return [() => kernel.fill?.(js, output, inputs)];
    }
    const { shares, after } = kernel.calls(this.plan.end);
    const bound = shares.map((calls) => calls.map((call) => this.bound(call)));
    const last = after.map((call) => this.bound(call).run);
    return bound.length === 1
      ? [...bound.flat().map(({ run }) => run), ...last]
      : [this.divided.add(bound), ...last];
  }

  private bound({ code, parameters }: KernelCall): BoundCall {
    const { signature, entry } = code;
    const module = this.modules.get(signature, (target) => code.build(target));
    const instance = this.instances.get(module) ?? instantiate(module, this.memory);
    this.instances.set(module, instance);
    const call = instance(entry);
    return { module, entry, parameters, run: () => call(...parameters) };
  }

  private address(variable: Variable): number {
    const offset = this.plan.offsets.get(variable);
    if (offset === undefined) throw new Error("compile: a value that is read was given no place in memory");
    return offset;
  }

  private viewOf(variable: Variable): Operand["data"] {
    return view(this.memory.buffer, variable, this.address(variable));
  }

  private operand(variable: Variable): Operand {
    return { ...variable, data: this.viewOf(variable) };
  }

  private scalarOf(variable: Variable): number | null {
    const constant = this.constants.get(variable);
    return constant?.size === 1 && constant.dtype === "float32" ? constant.item() : null;
  }
}
