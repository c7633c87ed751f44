import type { Key, Tensor } from "@scoretape/autograd";
import type { SamplerBackend, Samples } from "@scoretape/score";
import type { NormalMoments } from "./diffusion.ts";

/** What every sampler is called with. */
export interface SamplerArguments {
  /** What is done to a score or an energy before the sampler gets it; to the right one nothing. */
  readonly spoil: (value: Tensor, x: Tensor) => Tensor;
  readonly start: Tensor;
  readonly key: Key;
  readonly backend: SamplerBackend;
  readonly trajectory: number;
  onStep(x: Tensor): void;
}

/** A sampler with all that its laws must know; its target is N(m, v) in every coordinate. */
export interface SamplerCase {
  run(given: Partial<SamplerArguments> & Pick<SamplerArguments, "start" | "key">): Samples;
  readonly of: "score" | "energy";
  /** What messages call the start, and who speaks of a row that leaves the finite numbers. */
  readonly startCalled: "x0" | "x1" | "start";
  readonly speaker?: string;
  /** How many states there are after the start; unknown where the sampler chooses. */
  readonly steps: number | null;
  /** Whether it draws; else the key is of no account. */
  readonly draws: boolean;
  /** Whether a row's samples do not depend on the other rows. */
  readonly rowsAreIndependent: boolean;
  /** The law to start from, and that of the samples then. */
  readonly from: NormalMoments;
  readonly to: NormalMoments;
}
