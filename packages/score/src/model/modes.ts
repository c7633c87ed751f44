import { portable, type Tensor, tensor } from "@scoretape/autograd";
import type { DataSet } from "../data/dataSet.ts";
import type { ModeAssignment } from "../metrics/modeAssignment.ts";

/** The modes of a data set that are known beforehand. */
export interface KnownModes {
  readonly names: readonly string[];
  /** In the data's own units. */
  readonly modes: ModeAssignment | Tensor;
}

const compass = ["east", "north-east", "north", "north-west", "west", "south-west", "south", "south-east"];

const known: Readonly<Record<string, () => KnownModes>> = {
  "old-faithful": () => ({
    names: ["short eruptions (under 3 minutes)", "long eruptions"],
    modes: { count: 2, assign: ([minutes = 0]) => (minutes < 3 ? 0 : 1) },
  }),
  "two-modes": () => ({
    names: ["mode at (5, 5)", "mode at (−5, −5)"],
    modes: tensor([
      [5, 5],
      [-5, -5],
    ]),
  }),
  "8gaussians": () => ({
    names: compass.map((direction) => `mode in the ${direction}`),
    modes: tensor(compass.map((_, k) => [portable.cos((k * Math.PI) / 4), portable.sin((k * Math.PI) / 4)])),
  }),
};

/** The modes of a data set, where they are known. */
export function modesOf(set: DataSet | null): KnownModes | undefined {
  return set !== null && Object.hasOwn(known, set.name) ? known[set.name]?.() : undefined;
}
