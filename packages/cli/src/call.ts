import type { FlagName, FlagsOf } from "./flags/table.ts";
import type { Verb } from "./flags/verb.ts";
import type { Io } from "./terminal/io.ts";

/** What may stand beside the flags, by verb. */
interface Operands {
  readonly train: readonly [data: string | undefined];
  readonly sample: readonly [model: string];
  readonly denoise: readonly [model: string, noisy: string];
  readonly impute: readonly [model: string, table: string];
  readonly inpaint: readonly [model: string, image: string];
  readonly interpolate: readonly [model: string, from: string, to: string];
  readonly evaluate: readonly [model: string, data: string | undefined];
  readonly compare: readonly [a: string, b: string];
  readonly rank: readonly [model: string, rows: string];
  readonly plot: readonly [model: string];
  readonly export: readonly [model: string];
  readonly lab: readonly [experiment: string, model: string | undefined];
  readonly list: readonly [];
}

/** What a verb is called with. */
export interface Call<V extends Verb> {
  readonly operands: Operands[V];
  readonly flags: FlagsOf<V>;
  /** The flags that were given, as opposed to left at their defaults. */
  readonly given: ReadonlySet<FlagName>;
  readonly io: Io;
}
