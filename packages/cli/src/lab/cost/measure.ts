import { type Key, random } from "@scoretape/autograd";
import { quantile } from "../../plots/density.ts";
import type { Advance, Laboratory } from "../experiment.ts";
import { average, bootstrap, type Estimate, medianOf, powerOf } from "../statistics.ts";
import { denoising, exact, exactByNetwork, type Method, methods } from "./methods.ts";
import { type Subject, subjectOf, taskOf } from "./program.ts";

/** What one method costs in d dimensions. */
export interface Cost {
  readonly dimension: number;
  /** Milliseconds of the processor, round by round. */
  readonly times: readonly number[];
  /** These over those of denoising in the same round. */
  readonly ratios: readonly number[];
  readonly bytes: number;
  /** Bytes over those of denoising. */
  readonly bytesRatio: number;
  readonly loss: number;
}

export interface Measured {
  readonly method: Method;
  readonly costs: readonly Cost[];
  /** The power of d as which the medians over the rounds of the ratio to denoising's time grow; rounds resampled. */
  readonly timePower: Estimate;
  /** The same of the time itself. */
  readonly ownPower: Estimate;
  /** The same of the planned memory over that of denoising, which is known without error. */
  readonly memoryPower: number;
}

/** Powers are fitted from this d on, where the fixed costs of a call no longer count. */
export const FROM = 32;
/** The least processor time of a measurement, and before the first one, in milliseconds. */
const SLOT = 15;
/** WebAssembly starts as quickly translated code, which is replaced by better code where it runs for long. */
export const WARM_UP: number = 100;

export interface Plan {
  readonly dimensions: readonly number[];
  readonly width: number;
  readonly rounds: number;
  /** The least d of the fitted powers. */
  readonly from: number;
  /** Milliseconds of the processor that each program runs before it is measured. */
  readonly warmUp: number;
}

/** All methods in all dimensions, method by method in each round, so that what else the machine does meets all alike. */
export async function measure(
  { key, backend }: Laboratory,
  plan: Plan,
  advance: Advance,
): Promise<readonly Measured[]> {
  const costs = new Map<Method, Cost[]>(methods.map((method) => [method, []]));
  for (const [i, dimension] of plan.dimensions.entries()) {
    const task = taskOf(dimension, plan.width, random.foldIn(key, i));
    const subjects: Subject[] = [];
    for (const [j, method] of methods.entries()) {
      if (dimension <= method.largest) {
        subjects.push(subjectOf(method, task, random.foldIn(random.foldIn(key, i), 2 + j), backend));
      }
      await advance(1);
    }
    for (const subject of subjects) timeOf(subject, plan.warmUp);
    const rounds: number[][] = [];
    for (let round = 0; round < plan.rounds; round++) {
      rounds.push(subjects.map((subject) => timeOf(subject, SLOT)));
      await advance(methods.length);
    }
    const reference = subjects.findIndex(({ method }) => method === denoising);
    for (const [j, subject] of subjects.entries()) {
      const times = rounds.map((round) => round[j] ?? Number.NaN);
      costs.get(subject.method)?.push({
        dimension,
        times,
        ratios: rounds.map((round, r) => (times[r] ?? Number.NaN) / (round[reference] ?? Number.NaN)),
        bytes: subject.bytes,
        bytesRatio: subject.bytes / (subjects[reference]?.bytes ?? Number.NaN),
        loss: average(subject.calls.map((call) => call())),
      });
      subject.dispose();
    }
  }
  const resampling = random.foldIn(key, plan.dimensions.length);
  return methods.map((method) => summary(method, costs.get(method) ?? [], plan, resampling));
}

/** How many steps of progress that is. */
export function stepsOf({ dimensions, rounds }: Plan): number {
  return dimensions.length * methods.length * (1 + rounds);
}

/**
 * Milliseconds of the processor for one evaluation: the median over its calls, times their number. A call's own time
 * is at most that of the clock, and at most that of the process. The clock goes on while other programs run, and the
 * process has threads that collect garbage and translate: the smaller of the two counts neither.
 */
function timeOf({ calls }: Subject, least: number): number {
  const start = process.cpuUsage();
  const times: number[] = [];
  let last = 0;
  let lastClock = performance.now();
  for (let i = 0; i < calls.length || last < least; i++) {
    calls[i % calls.length]?.();
    const { user, system } = process.cpuUsage(start);
    const now = (user + system) / 1000;
    const clock = performance.now();
    times.push(Math.min(now - last, clock - lastClock));
    last = now;
    lastClock = clock;
  }
  return calls.length * quantile(Float64Array.from(times).sort(), 0.5);
}

/** A method's costs with the powers of d they grow with from `from` on. */
export function summary(
  method: Method,
  costs: readonly Cost[],
  { rounds, from }: Pick<Plan, "rounds" | "from">,
  key: Key,
): Measured {
  const large = costs.filter(({ dimension }) => dimension >= from);
  const powers = (of: (cost: Cost) => readonly number[]): Estimate =>
    bootstrap(
      rounds,
      (chosen) =>
        powerOf(
          large.map((cost) => [
            cost.dimension,
            medianOf(Float64Array.from(chosen, (round) => of(cost)[round] ?? Number.NaN)).value,
          ]),
        ),
      key,
    );
  return {
    method,
    costs,
    timePower: powers(({ ratios }) => ratios),
    ownPower: powers(({ times }) => times),
    memoryPower: powerOf(large.map(({ dimension, bytesRatio }) => [dimension, bytesRatio])),
  };
}

/** How many times longer exact matching takes by directions than with the network's own divergence, in d dimensions. */
export function gainOf(measured: readonly Measured[], dimension: number): Estimate {
  const timesOf = (of: Method): readonly number[] =>
    measured.find(({ method }) => method === of)?.costs.find((cost) => cost.dimension === dimension)?.times ??
    [];
  const short = timesOf(exactByNetwork);
  return medianOf(timesOf(exact).map((time, round) => time / (short[round] ?? Number.NaN)));
}

/** The largest relative difference of losses that are to be equal: exact matching in its forms. */
export function disagreementOf(measured: readonly Measured[], forms: readonly Method[]): number {
  const lossesOf = (form: Method): readonly Cost[] =>
    measured.find(({ method }) => method === form)?.costs ?? [];
  const differences = lossesOf(exact).flatMap(({ dimension, loss }) =>
    forms.flatMap((form) =>
      lossesOf(form)
        .filter((other) => other.dimension === dimension)
        .map((other) => Math.abs(other.loss / loss - 1)),
    ),
  );
  return Math.max(...differences);
}
