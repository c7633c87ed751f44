import { nice, tickStep, ticks } from "d3-array";

/** A number on an axis. */
export interface Tick {
  readonly at: number;
  readonly text: string;
}

/** From numbers to places, and the numbers that are written beside. */
export interface Axis {
  place(value: number): number;
  readonly ticks: readonly Tick[];
}

type Ends = readonly [from: number, to: number];

/** Equal distances for equal differences. */
export function linearAxis([low, high]: Ends, [from, to]: Ends, count = 5): Axis {
  const place = (value: number): number => from + ((value - low) / (high - low)) * (to - from);
  const decimals = Math.max(0, -Math.floor(Math.log10(Math.abs(tickStep(low, high, count)) || 1)));
  const text = (value: number): string => value.toFixed(Math.min(20, decimals)).replace("-", "−");
  return { place, ticks: ticks(low, high, count).map((value) => ({ at: place(value), text: text(value) })) };
}

/** The same, widened to whole steps. */
export function niceAxis([low, high]: Ends, ends: Ends, count = 5): Axis {
  return linearAxis(nice(low, high, count), ends, count);
}

/** Equal distances for equal quotients of numbers above 0. */
export function logAxis([low, high]: Ends, [from, to]: Ends): Axis {
  const [a, b] = [Math.log10(low), Math.log10(high)];
  const place = (value: number): number => from + ((Math.log10(value) - a) / (b - a)) * (to - from);
  const powers = Array.from({ length: Math.floor(b) - Math.floor(a) + 1 }, (_, i) => Math.floor(a) + i);
  const steps = b - a > 2.5 ? [1] : [1, 2, 5];
  const all = powers.flatMap((power) => steps.map((step) => Number(`${step}e${power}`)));
  const inside = all.filter((value) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9));
  return { place, ticks: inside.map((value) => ({ at: place(value), text: String(value) })) };
}
