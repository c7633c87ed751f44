import type { ComputeDevice, DeviceProgram } from "../../backends/gpu/devices/contract.ts";
import { sizeOf } from "../../shape.ts";
import { Dense, type Tensor } from "../../tensor.ts";
import type { DeviceCode } from "./deviceCode.ts";
import type { HostValues } from "./hostValues.ts";
import { type Memory, ResidentTensor } from "./residentTensor.ts";
import { elementsOf, floats } from "./transfer.ts";

/** The tensors that live in a program's memory from one run to the next: its arguments and its results. */
export class Occupants {
  private readonly code: DeviceCode;
  private readonly device: ComputeDevice;
  private readonly placeOf: (array: number) => number;
  private readonly inputPlaces: ReadonlyMap<number, number>;
  private readonly ownInputs: ReadonlySet<number>;
  /** What each input's array was filled from, where it still holds that. */
  private readonly uploaded = new Map<number, Tensor>();
  /** The results of the last run, */
  private results: ResidentTensor[] = [];
  /** but for those that have settled in the place of a donated input. */
  private settled: ResidentTensor[] = [];

  constructor(code: DeviceCode, device: ComputeDevice, placeOf: (array: number) => number) {
    this.code = code;
    this.device = device;
    this.placeOf = placeOf;
    this.inputPlaces = new Map(code.uploads.map(({ input, array }) => [input, placeOf(array)]));
    this.ownInputs = new Set(this.inputPlaces.values());
  }

  /** Brings the inputs to where the program reads them. */
  async enter(program: DeviceProgram, inputs: readonly Tensor[]): Promise<void> {
    // A value that lives where another input goes is brought here first.
    for (const [i, place] of this.inputPlaces) {
      const value = inputs[i];
      if (value instanceof ResidentTensor && this.isInAnotherInput(program, value, place))
        await value.fetch();
    }
    for (const [i, place] of this.inputPlaces) {
      const value = inputs[i];
      if (value === undefined || this.uploaded.get(i) === value) continue;
      this.overwrite(place, value);
      if (!this.copied(program, value, place)) program.write(place, floats(await elementsOf(value)));
      this.uploaded.set(i, value);
    }
  }

  /** The program runs again: the results of its last run are gone, unless they were read or have settled. */
  leave(): void {
    evict(this.results.splice(0), "the function that computed it has run again");
  }

  /** Nothing lives here any more. */
  clear(reason: string): void {
    evict([...this.results, ...this.settled], reason);
  }

  /** Puts the results that take over the places of donated inputs there. */
  settle(program: DeviceProgram): void {
    for (const { input, result } of this.code.donations) {
      const from = this.code.results[result];
      const place = this.inputPlaces.get(input);
      if (from?.kind !== "array" || place === undefined) continue;
      const occupant = this.settled.find((tensor) => tensor.place === place);
      if (occupant !== undefined) {
        evict([occupant], "it was donated to the function that has run again");
        this.settled = this.settled.filter((tensor) => tensor !== occupant);
      }
      this.uploaded.delete(input);
      program.copy(program, this.placeOf(from.array), place, sizeOf(from.variable.shape));
    }
  }

  /** The results of a run, from then on living here. */
  outputs(memory: Memory, host: HostValues): Tensor[] {
    return this.code.results.map((result, i) => {
      if (result.kind === "constant") return result.value;
      const { shape, dtype } = result.variable;
      if (result.kind === "host") return new Dense(shape, host.get(result.variable).slice(), dtype);
      const donation = this.code.donations.find((pair) => pair.result === i);
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

  /** Before an input's place is filled: what lives there is gone, unless it is what the place is filled with. */
  private overwrite(place: number, value: Tensor): void {
    const isThere = (tensor: ResidentTensor): boolean => tensor.place === place && tensor !== value;
    evict([...this.results, ...this.settled].filter(isThere), "its place was given to another argument");
    this.results = this.results.filter((tensor) => !isThere(tensor));
    this.settled = this.settled.filter((tensor) => !isThere(tensor));
  }

  /** Copies a value on the device if it is there. */
  private copied(program: DeviceProgram, value: Tensor, place: number): boolean {
    if (!(value instanceof ResidentTensor)) return false;
    const { memory } = value;
    if (memory === null || memory.device !== this.device) return false;
    if (this.isInAnotherInput(program, value, place)) return false;
    program.copy(memory.program, value.place, place, value.size);
    return true;
  }

  /** Whether a value lives in the place of another input than the one that it is for. */
  private isInAnotherInput(program: DeviceProgram, value: ResidentTensor, place: number): boolean {
    return value.memory?.program === program && value.place !== place && this.ownInputs.has(value.place);
  }
}

function evict(tensors: readonly ResidentTensor[], reason: string): void {
  for (const tensor of tensors) tensor.evict(reason);
}
