import type { ComputeDevice, DeviceProgram } from "../../backends/gpu/devices/contract.ts";
import type { Program } from "../../interpret/program.ts";
import { sizeOf } from "../../shape.ts";
import { Dense, type Tensor } from "../../tensor.ts";
import type { AsyncExecutable, ExecutableDescription, LoweringOptions } from "../lowering.ts";
import type { Command } from "./code.ts";
import type { DeviceCode } from "./deviceCode.ts";
import { HostValues } from "./hostValues.ts";
import { lowerForDevice } from "./lower.ts";
import { type Places, planPlaces } from "./places.ts";
import { type Memory, ResidentTensor } from "./resident.ts";
import { convert, elementsOf, floats } from "./transfer.ts";

/** A program on a device. Its memory is made, and its kernels are compiled, at the first run. */
export class DeviceExecutable implements AsyncExecutable {
  private readonly program: Program;
  private readonly device: ComputeDevice;
  private readonly lowered: DeviceCode;
  private readonly places: Places;
  /** The number of each kernel command among those of the device. */
  private readonly numbers = new Map<Command, number>();
  private readonly inputPlaces: ReadonlyMap<number, number>;
  private loading: Promise<DeviceProgram> | null = null;
  private readonly host: HostValues;
  /** What each input's array was filled from, where it still holds that. */
  private readonly uploaded = new Map<number, Tensor>();
  private results: ResidentTensor[] = [];
  private settled: ResidentTensor[] = [];
  /** Runs one after another, each after the one before it. */
  private tail: Promise<unknown> = Promise.resolve();
  private disposed = false;

  constructor(program: Program, options: LoweringOptions, device: ComputeDevice) {
    this.program = program;
    this.device = device;
    this.lowered = lowerForDevice(program, options, device);
    this.host = new HostValues((variable) => this.lowered.rootOf(variable));
    this.places = planPlaces(this.lowered.code, options.reuseMemory ?? true);
    this.inputPlaces = new Map(this.lowered.uploads.map(({ input, array }) => [input, this.placeOf(array)]));
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
      this.evict([...this.results, ...this.settled], "the function that computed it was disposed of");
      (await this.loading?.catch(() => null))?.dispose();
    });
  }

  private async runNow(inputs: readonly Tensor[]): Promise<Tensor[]> {
    if (this.disposed)
      throw new Error("compile: this program was disposed of; call the compiled function again");
    const program = await this.loaded();
    const memory: Memory = { program, device: this.device };
    await this.enter(program, inputs);
    this.evict(this.results.splice(0), "the function that computed it has run again");
    for (const command of this.lowered.code.commands) {
      const pending = this.execute(program, command);
      if (pending !== undefined) await pending;
    }
    for (const { input, result } of this.lowered.donations) this.settle(program, input, result);
    const pending = program.submit();
    if (pending !== undefined) await pending;
    return this.outputs(memory);
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
    const ownInputs = new Set(this.inputPlaces.values());
    // A value that lives where another input goes is brought here first.
    for (const [i, place] of this.inputPlaces) {
      const value = inputs[i];
      const from = value instanceof ResidentTensor ? value.memory : null;
      if (
        value instanceof ResidentTensor &&
        from?.program === program &&
        value.place !== place &&
        ownInputs.has(value.place)
      ) {
        await value.fetch();
      }
    }
    for (const [i, place] of this.inputPlaces) {
      const value = inputs[i];
      if (value === undefined || this.uploaded.get(i) === value) continue;
      if (!this.copied(program, value, place, ownInputs))
        program.write(place, floats(await elementsOf(value)));
      this.uploaded.set(i, value);
    }
  }

  /** Copies a value on the device if it is there. */
  private copied(
    program: DeviceProgram,
    value: Tensor,
    place: number,
    ownInputs: ReadonlySet<number>,
  ): boolean {
    if (!(value instanceof ResidentTensor)) return false;
    const { memory } = value;
    if (memory === null || memory.device !== this.device) return false;
    if (memory.program === program && value.place !== place && ownInputs.has(value.place)) return false;
    program.copy(memory.program, value.place, place, value.size);
    return true;
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

  private settle(program: DeviceProgram, input: number, result: number): void {
    const from = this.lowered.results[result];
    const place = this.inputPlaces.get(input);
    if (from?.kind !== "array" || place === undefined) return;
    const occupant = this.settled.find((tensor) => tensor.place === place);
    if (occupant !== undefined) {
      this.evict([occupant], "it was donated to the function that has run again");
      this.settled = this.settled.filter((tensor) => tensor !== occupant);
    }
    this.uploaded.delete(input);
    program.copy(program, this.placeOf(from.array), place, sizeOf(from.variable.shape));
  }

  private outputs(memory: Memory): Tensor[] {
    return this.lowered.results.map((result, i) => {
      if (result.kind === "constant") return result.value;
      const { shape, dtype } = result.variable;
      if (result.kind === "host") return new Dense(shape, this.host.get(result.variable).slice(), dtype);
      const donation = this.lowered.donations.find((pair) => pair.result === i);
      const place = donation === undefined ? undefined : this.inputPlaces.get(donation.input);
      if (donation === undefined || place === undefined) {
        const tensor = new ResidentTensor(shape, memory, this.placeOf(result.array));
        this.results.push(tensor);
        return tensor;
      }
      const tensor = new ResidentTensor(shape, memory, place);
      this.settled.push(tensor);
      this.uploaded.set(donation.input, tensor);
      return tensor;
    });
  }

  private evict(tensors: readonly ResidentTensor[], reason: string): void {
    for (const tensor of tensors) tensor.evict(reason);
  }

  private placeOf(array: number): number {
    const place = this.places.of[array];
    if (place === undefined)
      throw new Error("compile: an array that is used was given no place on the device");
    return place;
  }
}
