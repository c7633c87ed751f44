import { showDuration } from "../report/numbers.ts";

/** A part of a run. */
export interface Part {
  readonly name: string;
  /** How long it will take, by experience. */
  readonly seconds: number;
}

/** How far the time of the parts that are done is believed to tell that of the others. */
const MOST = 4;

/** The line before each part: which it is, and how long the rest may take, by the time that was needed so far. */
export function progressLine(parts: readonly Part[], at: number, elapsedSeconds: number): string {
  const expected = (some: readonly Part[]): number => some.reduce((sum, { seconds }) => sum + seconds, 0);
  const [done, left] = [expected(parts.slice(0, at)), expected(parts.slice(at))];
  const pace = at === 0 ? 1 : Math.min(MOST, Math.max(1 / MOST, elapsedSeconds / done));
  return `${parts[at]?.name} (${at + 1} of ${parts.length}; some ${showDuration(pace * left)} left)`;
}
