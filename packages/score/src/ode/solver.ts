import { kindOf, type Tensor } from "@scoretape/autograd";
import { checkData } from "../check.ts";
import type { SamplerBackend } from "../samplers/compiled.ts";
import type { VectorField } from "./rungeKutta.ts";

/** Where a solver is. */
export interface OdeStep {
  /** How many steps are done, from 1; rejected ones do not count. */
  readonly step: number;
  /** The time after the step. */
  readonly time: number;
  /** The step's length, negative when time runs backwards. */
  readonly stepSize: number;
  /** y after the step. */
  readonly state: Tensor;
}

/** How to run a solver. */
export interface SolveOptions {
  /** Called after every step. */
  readonly onStep?: (step: OdeStep) => void;
  /** What runs the compiled step; `eager` for a field that reads elements. WebAssembly unless said. */
  readonly backend?: SamplerBackend | undefined;
}

/** Where a solver arrived, and what it took. */
export interface OdeSolution {
  /** y at the final time. */
  readonly state: Tensor;
  /** How many steps were taken. */
  readonly steps: number;
  /** How many attempts at a step were rejected because of their error. */
  readonly rejected: number;
  /** How often the field was evaluated. */
  readonly evaluations: number;
}

/** A method for initial value problems dy/dt = f(y, t). */
export interface OdeSolver {
  /** What it is called in messages. */
  readonly name: string;
  /**
   * y at the time `to`, from y at the time `from`, which may be the later one.
   *
   * @param field f, whose rows depend on their own row of y alone
   * @param start y, [n, k], one trajectory per row; float64 is kept
   * @throws RangeError when a trajectory becomes infinite or NaN
   */
  solve(field: VectorField, start: Tensor, from: number, to: number, options?: SolveOptions): OdeSolution;
}

/** Throws unless the problem has finite ends and a finite start [n, k]. */
export function checkProblem(name: string, start: Tensor, from: number, to: number): void {
  checkData(name, start, "the start");
  for (const time of [from, to]) {
    if (!Number.isFinite(time)) throw new RangeError(`${name}: time ${kindOf(time)} is not finite`);
  }
}
