import { describe, expect, test } from "vitest";
import { logAxis, niceAxis } from "../playground/axis.ts";
import { binned, chart } from "../playground/charts.ts";
import { erased, sprayed } from "../playground/drawing.ts";

describe("a drawing", () => {
  test("keeps to its plane and its number, and is erased where the eraser is", () => {
    let values: readonly [readonly number[], readonly number[]] = [[], []];
    for (let i = 0; i < 40; i++) values = sprayed(values, [4, -4], 100);
    expect(values[0].length).toBe(100);
    expect(Math.max(...values[0], ...values[1].map((y) => -y))).toBeLessThanOrEqual(4);
    expect(erased(values, [0, 0])).toEqual(values);
    expect(erased(values, [4, -4])[0].length).toBeLessThan(100);
  });
});

describe("an axis", () => {
  test("has its numbers where they belong", () => {
    const { ticks } = logAxis([0.1, 3], [0, 100]);
    expect(ticks.map(({ text }) => text)).toEqual(["0.1", "0.2", "0.5", "1", "2"]);
    expect(ticks[0]?.at).toBeCloseTo(0, 9);
    expect(logAxis([0.1, 3], [0, 100]).place(3)).toBeCloseTo(100, 9);
    const linear = niceAxis([-0.52, 0.31], [200, 0], 4);
    expect(linear.ticks.map(({ text }) => text)).toEqual(["−0.6", "−0.4", "−0.2", "0.0", "0.2", "0.4"]);
    expect(linear.ticks.map(({ at }) => at)).toEqual(
      linear.ticks.map(({ at }) => at).toSorted((a, b) => b - a),
    );
  });

  test("is that of curves, of which what has no place is left out", () => {
    const drawn = chart(
      [
        [
          [0.1, 1],
          [1, 0.01],
          [3, 0],
        ],
      ],
      { x: "log", y: "log" },
    );
    expect(drawn.curves[0]?.dots.length).toBe(2);
    expect(drawn.curves[0]?.path).toMatch(/^M44,8L[\d.]+,158$/);
    expect(binned([1, 3, 5])).toEqual([
      [1, 1],
      [2, 3],
      [3, 5],
    ]);
  });
});
