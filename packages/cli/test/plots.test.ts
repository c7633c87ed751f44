import { inflateSync } from "node:zlib";
import { mul, random, type Tensor } from "@scoretape/autograd";
import { quality as measured, verdict } from "@scoretape/score";
import { describe, expect, test, vi } from "vitest";
import { gridPoints } from "../src/plots/frame.ts";
import { linePortrait } from "../src/plots/line-portrait.ts";
import { lossCurve } from "../src/plots/loss-curve.ts";
import { overview } from "../src/plots/overview.ts";
import { toPng } from "../src/plots/png.ts";
import { portrait } from "../src/plots/portrait.ts";
import { qualityPicture } from "../src/plots/quality.ts";
import { scatterMatrix } from "../src/plots/scatter-matrix.ts";
import { theme } from "../src/plots/theme.ts";
import { elements, normalPortrait, normals, normalTable } from "./pictures.ts";

vi.unmock("../src/plots/png.ts");

const noise = normals(3);
const steps = Float64Array.from({ length: 500 }, (_, i) => i + 1);
const history = {
  training: { steps, losses: steps.map((step) => Math.exp(-step / 20) + 0.1 * noise()) },
  validation: { steps: [100, 200, 300], losses: [0.5, 0.4, 0.3] },
};
const line = {
  data: normalTable(50, 1, 4),
  samples: normalTable(80, 1, 5),
  range: [-3, 3] as const,
  score: Float64Array.from({ length: 100 }, (_, i) => 3 - 0.06 * (i + 0.5)),
};

const rows = (i: number): Tensor => random.normal(random.key(i), [60, 2]);
const quality = measured(
  (z) => mul(-0.5, z),
  [2, 1, 0.5],
  { training: rows(0), test: rows(1), samples: rows(2) },
  { key: random.key(3), backend: "eager" },
);

const pictures: [name: string, svg: () => string, panels: number, texts: string[]][] = [
  ["portrait", () => portrait(normalPortrait()), 3, ["Data", "Samples", "Learned score", "column 2 (cm)"]],
  ["loss curve", () => lossCurve(history), 1, ["Loss", "validation", "training, sliding mean"]],
  ["overview", () => overview(normalPortrait(), history), 4, ["Data", "Samples", "Learned score", "Loss"]],
  ["line portrait", () => linePortrait(line), 2, ["data", "samples", "Learned score", "column 1 (cm)"]],
  [
    "quality",
    () => qualityPicture({ ...quality, verdict: verdict(quality) }),
    5,
    [
      "Log-likelihood",
      "kernel density",
      "Denoising error",
      "Distance to test rows",
      "training rows",
      "Quantiles",
    ],
  ],
  [
    "quality without test rows",
    () => {
      const untested = { ...quality, heldOut: null, denoising: null, distances: null, memorization: null };
      return qualityPicture({ ...untested, verdict: verdict(untested) });
    },
    2,
    ["Quantiles", "data, in deviations from the median"],
  ],
  [
    "scatter matrix",
    () => scatterMatrix(normalTable(40, 3, 6), normalTable(90, 3, 7)),
    1 + 9,
    ["data", "samples", "column 1 (cm)", "column 3 (cm)"],
  ],
];

/** Circles of one colour in a picture, as [x, y] in the coordinates of their panel. */
function circles(svg: string, colour: string): [number, number][] {
  const groups = [...elements(svg).querySelectorAll("g")].filter((g) => g.getAttribute("fill") === colour);
  return groups.flatMap((group) =>
    [...group.querySelectorAll("circle")].map((circle): [number, number] => [
      Number(circle.getAttribute("cx")),
      Number(circle.getAttribute("cy")),
    ]),
  );
}

describe("pictures", () => {
  test.each(pictures)(
    "%s: well-formed SVG with its panels and words, and no unfinished number",
    (_, draw, panels, texts) => {
      const svg = draw();
      const body = elements(svg);
      expect(body.querySelectorAll("svg svg")).toHaveLength(panels);
      const words = [...body.querySelectorAll("text")].map((text) => text.textContent);
      for (const text of texts) expect(words).toContain(text);
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    },
  );

  test.each(pictures)("%s: a PNG of the width asked for, not blank", (_, draw) => {
    const svg = draw();
    const png = Buffer.from(toPng(svg, 900));
    expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    const [, width = 0, height = 0] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg)?.map(Number) ?? [];
    expect(png.readUInt32BE(16)).toBe(900);
    expect(Math.abs(png.readUInt32BE(20) - (900 * height) / width)).toBeLessThan(1);
    const idat = png.indexOf("IDAT");
    const shades = new Set(inflateSync(png.subarray(idat + 4, idat + 4 + png.readUInt32BE(idat - 4))));
    expect(shades.size).toBeGreaterThan(100);
  });

  test.each(pictures)("%s: drawn twice, the same but for the numbers of clip paths", (_, draw) => {
    const plain = (svg: string): string => svg.replaceAll(/plot-clip-\d+/g, "clip");
    expect(plain(draw())).toBe(plain(draw()));
  });

  test("text is drawn with the font that comes with the program", () => {
    const svg = (text: string): string =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><text y="20" font-family="'${theme.font}'">${text}</text></svg>`;
    expect(toPng(svg("eruptions"), 90)).not.toEqual(toPng(svg(""), 90));
    expect(toPng(svg("eruptions"), 90)).toEqual(
      toPng(svg("eruptions").replace(/ font-family="[^"]*"/, ""), 90),
    );
  });

  test("column names may hold anything", () => {
    const data = { ...normalTable(30, 2, 8), columns: ['<&"]]>\u0000\u001b\ud800', "長い".repeat(90)] };
    const words = [...elements(portrait({ ...normalPortrait(), data })).querySelectorAll("text")].map(
      (text) => text.textContent,
    );
    expect(words).toContain('<&"]]>\ufffd\ufffd\ufffd');
    expect(words.some((word) => /^(長い){10,}長?…$/.test(word ?? ""))).toBe(true);
  });
});

describe("portrait", () => {
  test("every point stands where its values say: one affine map for each axis, y upwards", () => {
    const subject = normalPortrait();
    const dots = circles(portrait(subject), theme.data);
    const { values, rows } = subject.data;
    expect(dots).toHaveLength(rows);
    for (const axis of [0, 1] as const) {
      const value = (i: number): number => values[2 * i + axis] ?? Number.NaN;
      const place = (i: number): number => dots[i]?.[axis] ?? Number.NaN;
      const slope = (place(1) - place(0)) / (value(1) - value(0));
      expect(Math.sign(slope)).toBe(axis === 0 ? 1 : -1);
      for (let i = 2; i < rows; i++)
        expect(place(i)).toBeCloseTo(place(0) + slope * (value(i) - value(0)), 6);
    }
  });

  test("data, samples and score share their ranges", () => {
    const body = elements(portrait(normalPortrait()));
    const ticks = [...body.querySelectorAll("svg svg")].map((panel) =>
      [...panel.querySelectorAll("[aria-label$='tick label'] text")].map(
        (text) => `${text.textContent} ${text.getAttribute("transform")}`,
      ),
    );
    expect(ticks[0]?.length).toBeGreaterThan(6);
    expect(ticks[1]).toEqual(ticks[0]);
    expect(ticks[2]).toEqual(ticks[0]);
  });

  test("the darkest shade lies where the density is highest, and arrows are turned as computed", () => {
    const { data, samples, field } = normalPortrait();
    const peak = [1, -2] as const;
    const points = gridPoints(field.frame, 40, 40);
    const near = (i: number): number =>
      Math.exp(-2 * ((points[2 * i] ?? 0) - peak[0]) ** 2 - 2 * ((points[2 * i + 1] ?? 0) - peak[1]) ** 2);
    const density = { columns: 40, rows: 40, values: Float64Array.from({ length: 1600 }, (_, i) => near(i)) };
    const corner = {
      columns: 1,
      rows: 1,
      values: [1 / (field.frame.x[1] - field.frame.x[0]), 1 / (field.frame.y[1] - field.frame.y[0])],
    };
    // A point at the peak, drawn among the samples, tells where it is on paper.
    const marked = { ...samples, rows: 1, values: Float64Array.of(...peak) };
    const svg = portrait({ data, samples: marked, field: { ...field, density, score: corner } });
    const [place = [0, 0]] = circles(svg, theme.samples);
    const body = elements(svg);
    const shade = [...body.querySelectorAll("[aria-label='contour'] path")].at(-1)?.getAttribute("d") ?? "";
    const edge = [...shade.matchAll(/([\d.]+),([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
    const middle = (axis: 0 | 1): number => {
      const along = edge.map((point) => point[axis]);
      return (Math.min(...along) + Math.max(...along)) / 2;
    };
    expect(Math.hypot(middle(0) - place[0], middle(1) - place[1])).toBeLessThan(3);
    // Equal steps right and up on a square panel: an eighth of a turn clockwise from up.
    expect(body.querySelector("[aria-label='vector'] path")?.getAttribute("transform")).toMatch(
      /rotate\(4[345]\b/,
    );
  });

  test("samples outside the frame are counted", () => {
    const samples = normalTable(20, 2, 9);
    samples.values[4] = 1e6;
    samples.values[11] = -1e6;
    const svg = portrait(normalPortrait(normalTable(60, 2, 1), samples));
    expect(svg).toContain("20 drawn from the learned score, 2 outside");
    expect(circles(svg, theme.samples)).toHaveLength(18);
  });

  test("a table of many rows is thinned evenly", () => {
    const svg = portrait(normalPortrait(normalTable(60, 2, 1), normalTable(30_000, 2, 2)));
    expect(circles(svg, theme.samples).length).toBeLessThanOrEqual(4000);
    expect(circles(svg, theme.samples).length).toBeGreaterThan(3000);
    expect(svg).toContain("30,000 drawn");
  });

  test("collapsed samples, two rows and a constant column still draw", () => {
    const data = { columns: ["a", "b"], rows: 2, values: Float64Array.of(1, 5, 2, 5) };
    const samples = { columns: ["a", "b"], rows: 3, values: new Float64Array(6).fill(1.5) };
    expect(portrait(normalPortrait(data, samples))).not.toMatch(/NaN|Infinity/);
  });

  test("grids and tables of the wrong size are refused with the size they need", () => {
    const { data, samples, field } = normalPortrait();
    const short = { ...field, score: { columns: 6, rows: 6, values: gridPoints(field.frame, 6, 5) } };
    expect(() => portrait({ data, samples, field: short })).toThrow(
      /score needs 6 × 6 × 2 = 72 values, got 60/,
    );
    expect(() => portrait({ data: normalTable(9, 3, 1), samples, field })).toThrow(
      /data must have 2 columns, not 3/,
    );
    expect(() => scatterMatrix(normalTable(9, 3, 1), normalTable(9, 4, 1))).toThrow(
      /data have 3 columns, samples 4/,
    );
  });
});

describe("scatter matrix", () => {
  test("at most five columns, and it says so", () => {
    const svg = scatterMatrix(normalTable(20, 7, 1), normalTable(20, 7, 2));
    expect(elements(svg).querySelectorAll("svg svg")).toHaveLength(1 + 25);
    expect(svg).toContain("the first 5 of 7 columns");
  });
});

describe("loss curve", () => {
  test("losses that are not finite are left out; one loss or a constant one still draws", () => {
    const gaps = { steps: [1, 2, 3, 4], losses: [1, Number.NaN, Number.POSITIVE_INFINITY, 0.5] };
    for (const training of [gaps, { steps: [1], losses: [2] }, { steps: [0, 1, 2], losses: [3, 3, 3] }]) {
      const svg = lossCurve({ training });
      expect(elements(svg).textContent).toContain("training");
      expect(svg).not.toMatch(/NaN|Infinity/);
    }
    expect(() => lossCurve({ training: { steps: [1], losses: [Number.NaN] } })).toThrow(/no finite loss/);
  });

  test("a validation before the first step takes nothing away from the picture", () => {
    const steps = Array.from({ length: 2000 }, (_, i) => i + 1);
    const training = { steps, losses: steps.map((step) => 1 / step) };
    const lines = (validation: { steps: number[]; losses: number[] }): number => {
      const svg = lossCurve({ training, validation });
      expect(svg).toContain("step (logarithmic)");
      return Array.from(svg.matchAll(/ d="M[^"]{200,}"/g)).length;
    };
    const usual = lines({ steps: steps.slice(99), losses: steps.slice(99).map((step) => 1.2 / step) });
    expect(usual).toBeGreaterThanOrEqual(3);
    expect(
      lines({ steps: [0, ...steps.slice(99)], losses: [2, ...steps.slice(99).map((step) => 1.2 / step)] }),
    ).toBe(usual);
  });

  test("losses far above the picture do not reach the renderer, which would abort the program", () => {
    const steps = Array.from({ length: 1000 }, (_, i) => i + 1);
    for (const first of [1, 10, 1e3, 1e6]) {
      const losses = steps.map((step) => first / step + 0.1 * noise() - 0.5);
      const validation = { steps: [100, 400, 700, 1000], losses: [-0.2, -0.3, -0.4, -0.5] };
      const svg = lossCurve({ training: { steps, losses }, validation });
      expect(toPng(svg, 300).length).toBeGreaterThan(1000);
    }
  });
});
