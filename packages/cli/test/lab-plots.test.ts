import { describe, expect, test, vi } from "vitest";
import { classesKey, classesPanel } from "../src/plots/classes.ts";
import { type Curve, curvesPanel, powersOfTen } from "../src/plots/curves.ts";
import { imagesPanel } from "../src/plots/images.ts";
import { type Panel, sheet } from "../src/plots/panel.ts";
import { toPng } from "../src/plots/png.ts";
import { theme } from "../src/plots/theme.ts";
import { elements } from "./pictures.ts";

vi.unmock("../src/plots/png.ts");

const alone = (panel: Panel): string => sheet(panel.width, panel.height, "alone", [{ panel, x: 0, y: 0 }]);
const words = (svg: string): string[] =>
  [...elements(svg).querySelectorAll("text")].map((text) => text.textContent ?? "");

describe("curves", () => {
  const straight: Curve = {
    name: "straight",
    colour: "#112233",
    points: [
      [0, 1],
      [1, 2],
      [2, 3],
    ],
  };
  const axes = { x: { label: "steps" }, y: { label: "height" } };

  test.each([500, 900])("a panel %i wide names its curves and axes, and draws each once", (width) => {
    const unnamed = { colour: "#445566", points: straight.points, thin: true };
    const svg = alone(curvesPanel([straight, unnamed], { width, height: 300, title: "Title", ...axes }));
    expect(words(svg)).toEqual(expect.arrayContaining(["Title", "straight", "steps", "height"]));
    const lines = [...elements(svg).querySelectorAll("[aria-label=line] path")];
    expect(lines).toHaveLength(2);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  test("equal steps in the data are equal steps on paper, and on a logarithmic axis equal factors are", () => {
    const places = (points: Curve["points"], type: "linear" | "log"): number[] => {
      const svg = alone(
        curvesPanel([{ colour: "#112233", points }], {
          width: 500,
          height: 300,
          x: { label: "x" },
          y: { label: "y", type },
        }),
      );
      const path = elements(svg).querySelector("[aria-label=line] path")?.getAttribute("d") ?? "";
      return [...path.matchAll(/,([\d.]+)/g)].map(([, y]) => Number(y));
    };
    const [a = 0, b = 0, c = 0] = places(straight.points, "linear");
    expect(b - a).toBeCloseTo(c - b, 3);
    expect(b).toBeLessThan(a);
    const [d = 0, e = 0, f = 0] = places(
      [
        [0, 1],
        [1, 10],
        [2, 100],
      ],
      "log",
    );
    expect(e - d).toBeCloseTo(f - e, 3);
  });

  test("what a logarithmic axis cannot show leaves a gap, and without any point there is no picture", () => {
    const options = { width: 500, height: 300, x: { label: "x" }, y: { label: "y", type: "log" } } as const;
    const gap = curvesPanel(
      [
        {
          colour: "#112233",
          points: [
            [0, 1],
            [1, -2],
            [2, 4],
            [3, Number.NaN],
          ],
        },
      ],
      options,
    );
    expect(alone(gap)).not.toMatch(/NaN|Infinity/);
    const none: Curve = { colour: "#112233", points: [[0, -1]] };
    expect(() => curvesPanel([none], options)).toThrow(/no finite point/);
  });

  test("values far beyond the axis do not reach the renderer, which would abort the program", () => {
    for (const far of [1e3, 1e6, -1e9]) {
      const wild: Curve = {
        ...straight,
        points: [
          [0, 0],
          [1, far],
          [2, 1],
        ],
        band: [
          [-far, far],
          [0, 1],
          [0, 2],
        ],
      };
      const y = { label: "y", domain: [0, 1] as const };
      const svg = alone(curvesPanel([wild], { width: 500, height: 300, x: { label: "x" }, y }));
      expect(toPng(svg, 300).length).toBeGreaterThan(1000);
    }
  });

  test("powers of ten are labelled in full", () => {
    expect([0.001, 0.1, 1, 1000, 20].map(powersOfTen)).toEqual(["0.001", "0.1", "1", "1,000", ""]);
  });
});

describe("classes", () => {
  test("each cell has the shade of its class, a limit belonging to the class above it", () => {
    const panel = classesPanel(
      { columns: 2, rows: 2, values: [0, 1, 1.5, 9] },
      { width: 300, height: 300, frame: { x: [0, 2], y: [0, 2] }, labels: ["a", "b"], limits: [1, 2] },
    );
    const cells = [...elements(alone(panel)).querySelectorAll("[aria-label=rect] rect")];
    const [none, one, two] = theme.shades;
    expect(cells.map((cell) => cell.getAttribute("fill"))).toEqual([none, one, one, two]);
    const [first, second, third] = cells.map((cell) => ["x", "y"].map((at) => Number(cell.getAttribute(at))));
    expect(second?.[0]).toBeGreaterThan(first?.[0] ?? 0);
    expect(third?.[1]).toBeLessThan(first?.[1] ?? 0);
  });

  test("the key names every class", () => {
    const key = classesKey([0.1, 1], { title: "error", width: 150, height: 200 });
    expect(words(alone(key))).toEqual(
      expect.arrayContaining(["error", "below 0.1", "0.1 to 1", "1 and more"]),
    );
  });
});

test("images: as many squares as pixels, those of one shade in one path, the darkest for full ink", () => {
  const panel = imagesPanel([0, 1, 1, 0.5, 0, 0, 0, 1], 2, { columns: 1, size: 20, title: "Two" });
  const paths = [...elements(alone(panel)).querySelectorAll("path[fill^=rgb]")];
  const squares = paths.map((path) => (path.getAttribute("d")?.match(/M/g) ?? []).length);
  expect(squares).toEqual([4, 1, 3]);
  const light = paths.map((path) => Number(/rgb\((\d+)/.exec(path.getAttribute("fill") ?? "")?.[1]));
  expect(light).toEqual(light.toSorted((a, b) => b - a));
  // The second image is below the first, and its last pixel is right of and below its first.
  const places = [...(paths[2]?.getAttribute("d") ?? "").matchAll(/M([\d.]+),([\d.]+)/g)].map(([, x, y]) => [
    Number(x),
    Number(y),
  ]);
  const [topRight = [], bottomLeft = [], below = []] = places;
  expect(topRight[0]).toBe((bottomLeft[0] ?? 0) + 10);
  expect(bottomLeft[1]).toBe((topRight[1] ?? 0) + 10);
  expect(below[1]).toBeGreaterThan((bottomLeft[1] ?? 0) + 10);
});
