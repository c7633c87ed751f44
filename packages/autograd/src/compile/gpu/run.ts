import type { ComputeDevice, DeviceProgram } from "../../backends/gpu/devices/contract.ts";
import type { Program } from "../../interpret/program.ts";
import { unrolled } from "../../program/passes/unroll.ts";
import { sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import type { AsyncExecutable, ExecutableDescription, LoweringOptions } from "../lowering.ts";
import type { Command } from "./code.ts";
import type { DeviceCode } from "./deviceCode.ts";
import { HostValues } from "./hostValues.ts";
import { lowerForDevice } from "./lower.ts";
import { Occupants } from "./occupants.ts";
import { type Places, planPlaces } from "./plan.ts";
import { convert, elementsOf, floats } from "./transfer.ts";

/** A program on a device. Its memory is made, and its kernels are compiled, at the first run. */
export class DeviceExecutable implements AsyncExecutable {
  private readonly program: Program;
  private readonly device: ComputeDevice;
  private readonly lowered: DeviceCode;
  private readonly places: Places;
  /** The number of each kernel command among those of the device. */
  private readonly numbers = new Map<Command, number>();
  private readonly occupants: Occupants;
  private loading: Promise<DeviceProgram> | null = null;
  private readonly host: HostValues;
  /** Runs one after another, each after the one before it. */
  private tail: Promise<unknown> = Promise.resolve();
  private disposed = false;

  constructor(program: Program, options: LoweringOptions, device: ComputeDevice) {
    this.program = unrolled(program);
    this.device = device;
    this.lowered = lowerForDevice(this.program, options, device);
    this.host = new HostValues((variable) => this.lowered.rootOf(variable));
    this.places = planPlaces(this.lowered.code, options.reuseMemory ?? true);
    this.occupants = new Occupants(this.lowered, device, (array) => this.placeOf(array));
  }

  run(inputs: readonly Tensor[]): Promise<Tensor[]> {
    const turn = this.tail.then(() => this.runNow(inputs));
    this.tail = turn.catch(() => undefined);
    return turn;
  }

  describe(): ExecutableDescription {
    const { commands } = this.lowered.code;
    const onHost = commands.flatMap((command) => (command.kind === "host" ? [command.equation.op] : []));
    return {
      backend: `gpu ${this.device.mode}`,
      steps: commands.filter(({ kind }) => kind === "kernel").length,
      bytes: this.places.sizes.reduce((sum, size) => sum + 4 * size, 0),
      host: [...new Set(onHost)],
      transfers: commands.filter(({ kind }) => kind === "read").length,
    };
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.tail = this.tail.then(async () => {
      this.occupants.clear("the function that computed it was disposed of");
      (await this.loading?.catch(() => null))?.dispose();
    });
  }

  private async runNow(inputs: readonly Tensor[]): Promise<Tensor[]> {
    if (this.disposed)
      throw new Error("compile: this program was disposed of; call the compiled function again");
    const program = await this.loaded();
    await this.enter(program, inputs);
    this.occupants.leave();
    for (const command of this.lowered.code.commands) {
      const pending = this.execute(program, command);
      if (pending !== undefined) await pending;
    }
    this.occupants.settle(program);
    const pending = program.submit();
    if (pending !== undefined) await pending;
    return this.occupants.outputs({ program, device: this.device }, this.host);
  }

  private async loaded(): Promise<DeviceProgram> {
    this.loading ??= this.load();
    try {
      return await this.loading;
    } catch (error) {
      // The next call may try again.
      this.loading = null;
      throw error;
    }
  }

  private async load(): Promise<DeviceProgram> {
    const { code, constants } = this.lowered;
    const kernels = code.commands.flatMap((command) => (command.kind === "kernel" ? [command] : []));
    kernels.forEach((command, i) => {
      this.numbers.set(command, i);
    });
    const program = await this.device.load({
      places: this.places.sizes,
      commands: kernels.map(({ source, inputs, output }) => ({
        source,
        inputs: inputs.map((array) => this.placeOf(array)),
        output: this.placeOf(output),
      })),
    });
    for (const { array, values } of constants) program.write(this.placeOf(array), floats(values));
    return program;
  }

  /** Brings the inputs to where the program reads them. */
  private async enter(program: DeviceProgram, inputs: readonly Tensor[]): Promise<void> {
    this.host.clear();
    const { program: known } = this;
    for (const { variable, value } of known.constants) this.host.set(variable, value.data);
    for (const i of this.lowered.hostInputs) {
      const [variable, value] = [known.inputs[i], inputs[i]];
      if (variable !== undefined && value !== undefined) this.host.set(variable, await elementsOf(value));
    }
    await this.occupants.enter(program, inputs);
  }

  private execute(program: DeviceProgram, command: Command): Promise<void> | undefined {
    switch (command.kind) {
      case "kernel":
        program.run(this.numbers.get(command) ?? -1);
        return undefined;
      case "write": {
        const values = this.host.get(command.variable);
        program.write(this.placeOf(command.array), convert(values, command.conversion));
        return undefined;
      }
      case "host":
        this.host.compute(command.equation);
        return undefined;
      case "read": {
        const { array, variable } = command;
        return program.read(this.placeOf(array), sizeOf(variable.shape)).then((values) => {
          this.host.set(variable, values);
        });
      }
    }
  }

  private placeOf(array: number): number {
    const place = this.places.of[array];
    if (place === undefined)
      throw new Error("compile: an array that is used was given no place on the device");
    return place;
  }
}
