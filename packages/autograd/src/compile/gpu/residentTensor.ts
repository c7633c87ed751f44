import type { DeviceProgram } from "../../backends/gpu/devices/contract.ts";
import type { Values } from "../../dtype.ts";
import { type Shape, showShape, sizeOf } from "../../shape.ts";
import { RemoteTensor } from "../remote.ts";

/** The memory of a program on a device, which its results live in. */
export interface Memory {
  readonly program: DeviceProgram;
  /** The device, by which memories of different ones are told apart. */
  readonly device: object;
}

/** A result in the memory of the program that computed it. */
export class ResidentTensor extends RemoteTensor {
  readonly place: number;
  private home: Memory | null;
  private reason = "";

  constructor(shape: Shape, home: Memory, place: number) {
    super(shape);
    this.home = home;
    this.place = place;
  }

  /** The memory that it is in, while it is there. */
  get memory(): Memory | null {
    return this.home;
  }

  /** Its place is needed for something else: it is gone, unless it was read. */
  evict(reason: string): void {
    this.home = null;
    this.reason = reason;
  }

  protected override transfer(): Promise<Values> {
    if (this.home === null) {
      throw new Error(
        `a tensor of shape ${showShape(this.shape)} is gone: ${this.reason}; read it before that, or give it to the ` +
          "next call",
      );
    }
    return this.home.program.read(this.place, sizeOf(this.shape));
  }
}
