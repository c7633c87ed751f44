import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ticksOf } from "../src/plots/axis-labels.ts";

const DAY = 86_400_000;
const dayOf = (date: string): number => Date.parse(date) / DAY;

/** What an axis shows: the texts of its ticks. */
function named(low: string, high: string, { length = 300, characters = 10, isAcross = true } = {}): string[] {
  const axis = { range: [dayOf(low), dayOf(high)] as [number, number], length, characters, isAcross };
  const { ticks, tickFormat } = ticksOf({ kind: "dates" }, axis);
  return ticks.map(tickFormat);
}

describe("an axis of dates", () => {
  test.each([
    ["1903-05-01", "2011-02-03", ["1920", "1940", "1960", "1980", "2000"]],
    ["2020-11-20", "2023-08-01", ["2021", "2022", "2023"]],
    ["2021-02-20", "2021-07-03", ["2021-04", "2021-05", "2021-06"]],
    ["2021-02-20", "2021-03-02", ["2021-02-28"]],
  ])("from %s to %s names %j", (low, high, names) => {
    expect(named(low, high)).toEqual(names);
  });

  test("names days and months without their year where it has no room", () => {
    expect(named("2021-02-20", "2021-05-03", { characters: 5, isAcross: false, length: 180 })).toEqual([
      "03-01",
      "04-01",
      "05-01",
    ]);
  });

  test("has labels that lie in their room, and none over another or far past the end, whatever it shows", () => {
    const days = fc.integer({ min: -40_000, max: 60_000 });
    fc.assert(
      fc.property(
        fc.tuple(days, days),
        fc.integer({ min: 60, max: 900 }),
        fc.constantFrom(5, 10),
        fc.boolean(),
        ([a, b], length, characters, isAcross) => {
          fc.pre(a !== b);
          const [low, high] = [Math.min(a, b) - 0.3, Math.max(a, b) + 0.3];
          const { ticks, tickFormat } = ticksOf(
            { kind: "dates" },
            { range: [low, high], length, characters, isAcross },
          );
          const place = (tick: number): number => ((tick - low) / (high - low)) * length;
          const half = (tick: number): number => (isAcross ? 3.5 * tickFormat(tick).length : 8);
          ticks.forEach((tick, i) => {
            expect(Number.isInteger(tick)).toBe(true);
            expect(tickFormat(tick).length).toBeLessThanOrEqual(characters);
            const before = ticks[i - 1];
            const end = before === undefined ? (isAcross ? -4 : -8) : place(before) + half(before);
            expect(place(tick) - half(tick)).toBeGreaterThanOrEqual(end);
            expect(place(tick) + half(tick)).toBeLessThanOrEqual(isAcross ? length + 4 : length + 8);
          });
        },
      ),
    );
  });

  test("is told nothing of where it has room for no date", () => {
    expect(named("2021-02-20", "2021-02-21", { length: 30 })).toEqual([]);
  });
});

describe("an axis of names", () => {
  test("names at most eight, each in its room", () => {
    const names = Array.from({ length: 20 }, (_, i) => `a long name ${i}`);
    const { ticks, tickFormat } = ticksOf(
      { kind: "places", names },
      { range: [0, 19], length: 300, characters: 5, isAcross: false },
    );
    expect(ticks).toEqual([0, 3, 6, 9, 12, 15, 18]);
    expect(ticks.map(tickFormat)).toEqual(ticks.map(() => "a lo…"));
  });
});
