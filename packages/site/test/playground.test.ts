import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { nn } from "@scoretape/autograd";
import { data, objectiveNames, train } from "@scoretape/score";
import { loadTraining } from "@scoretape/score/model";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { logAxis, niceAxis } from "../playground/axis.ts";
import { binned, chart } from "../playground/charts.ts";
import { erased, sprayed } from "../playground/drawing.ts";
import { prepared } from "../playground/learning.ts";
import { gridOf, onGrid, pack, unpack } from "../playground/pack.ts";
import { presets } from "../playground/presets.ts";
import { programOf } from "../playground/program.ts";
import { reportRows } from "../playground/report.ts";
import { learn, type News, open } from "../playground/session.ts";
import {
  type Choice,
  faultOf,
  fieldNames,
  fields,
  initialSettings,
  type Quantity,
  type SetName,
  type Settings,
  sets,
} from "../playground/settings.ts";
import {
  decode,
  encode,
  initialState,
  MOST_POINTS,
  pointsOf,
  type Source,
  type State,
} from "../playground/state.ts";
import { density, field, fisher, report, samples } from "../playground/views.ts";

const repository = fileURLToPath(new URL("../../..", import.meta.url));

/** Any value that a field may have. */
function anyOf(field: Choice | Quantity): fc.Arbitrary<string | number | null> {
  if ("names" in field) return fc.constantFrom(...field.names);
  const { low, high, isWhole, isOptional } = field;
  const own = isWhole
    ? fc.integer({ min: low, max: high })
    : fc.double({ min: low, max: high, noNaN: true }).map((value) => value + 0);
  return isOptional ? fc.option(own) : own;
}

const anySettings = fc.record(
  Object.fromEntries(fieldNames.map((name) => [name, anyOf(fields[name])])),
) as unknown as fc.Arbitrary<Settings>;

const number = fc.oneof(
  fc.integer({ min: -1000, max: 1000 }).map((count) => count / 100),
  // With more digits than an address keeps.
  fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => Math.round(1e4 * value) / 1e4 + 0),
);
const anySource: fc.Arbitrary<Source> = fc.oneof(
  fc.record({
    kind: fc.constant("set" as const),
    name: fc.constantFrom(...(Object.keys(sets) as SetName[])),
    rows: fc.integer({ min: 10, max: 20_000 }),
  }),
  fc
    .tuple(
      fc.string({ unit: "grapheme" }),
      fc.tuple(fc.string({ unit: "grapheme" }), fc.string()),
      fc.array(fc.tuple(number, number), { maxLength: 50 }),
    )
    .map(([name, columns, rows]) => pointsOf(name, columns, [rows.map(([x]) => x), rows.map(([, y]) => y)])),
);
const anyState: fc.Arbitrary<State> = fc.record({
  source: anySource,
  a: anySettings,
  b: fc.option(anySettings),
});

describe("what can be set", () => {
  test("is what the library has registered", () => {
    const plane = data.names().filter((name) => data.byName(name).dimension === 2);
    expect(Object.keys(sets).toSorted()).toEqual(plane.toSorted());
    for (const [name, isExact] of Object.entries(sets)) {
      expect(data.byName(name).score !== undefined, name).toBe(isExact);
    }
    expect(fields.loss.names.toSorted()).toEqual(objectiveNames.toSorted());
    for (const activation of fields.activation.names) nn.mlp([1, 2, 1], { activation });
    const unknown = "cosine" as "gelu";
    expect(() => nn.mlp([1, 2, 1], { activation: unknown })).toThrow(
      // The engine's message names all that it has.
      new RegExp(fields.activation.names.map((name) => `(?=.*${name})`).join("")),
    );
  });

  test("has values at first that hold", () => {
    for (const name of fieldNames) expect(faultOf(name, initialSettings[name]), name).toBeNull();
  });
});

describe("an address", () => {
  test("has all of a state", () => {
    fc.assert(
      fc.property(anyState, (state) => {
        expect(decode(`#${encode(state)}`)).toEqual({ state, fault: null });
      }),
    );
  });

  test("is empty at first", () => {
    expect(encode(initialState)).toBe("");
    expect(decode("")).toEqual({ state: initialState, fault: null });
  });

  test("that makes no sense is told, and is that at first", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webFragments()), (text) => {
        const { state, fault } = decode(text);
        if (fault === null) expect(decode(encode(state)).state).toEqual(state);
        else expect(state).toEqual(initialState);
      }),
    );
    for (const bad of [
      "data=elsewhere",
      "steps=0",
      "steps=1e3000",
      "loss=",
      "levels=1.5",
      "b.steps=3",
      "points=a~b~c~0.0.1~0.0.1~9~A",
      "points=%",
      "points=a~x~y~0.0.9999~0.0.1~1~AAA",
      "points=a~x~y~0.0.1~0.0.1~1~!",
      "rows=5",
      "points=a~x~y~0.0.0~0.0.0~0~&rows=50",
    ]) {
      expect(decode(bad).fault, bad).toMatch(/^The address says nothing/);
    }
  });

  test("of any cut of a good one is no exception", () => {
    fc.assert(
      fc.property(anyState, fc.nat(), (state, at) => {
        const text = encode(state);
        const { state: found } = decode(text.slice(0, at % (text.length + 1)));
        expect(decode(encode(found)).fault).toBeNull();
      }),
    );
  });

  test("is short: 2,000 drawn points are less than 7,500 letters", () => {
    const at = (i: number): number => Math.round(((i * 7919) % 801) - 400) / 100;
    const x = Array.from({ length: MOST_POINTS }, (_, i) => at(i));
    const source = pointsOf("drawn", ["x1", "x2"], [x, x.map((value) => -value)]);
    expect(encode({ ...initialState, source }).length).toBeLessThan(7500);
  });

  test("of each preset is whole", () => {
    for (const { hash, section } of presets) {
      const { state, fault } = decode(hash);
      expect(fault, section).toBeNull();
      prepared({ source: state.source, settings: state.a });
      if (state.b !== null) prepared({ source: state.source, settings: state.b });
    }
    const course = readFileSync(join(repository, "docs/score-matching.md"), "utf8");
    const headings = [...course.matchAll(/^##+ (.+)$/gm)].map(([, heading]) => heading);
    const own = headings.filter((heading) => !["Three pitfalls", "Sources"].includes(heading ?? ""));
    expect(presets.map(({ section }) => section)).toEqual(own);
  });
});

describe("numbers of an address", () => {
  test("are as they were where they have few digits", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -8, max: 12 }),
        fc.integer({ min: -1e6, max: 1e6 }),
        fc.array(fc.nat(65_535), { minLength: 1, maxLength: 40 }),
        (decimals, low, counts) => {
          const values = counts.map((count) => Number(`${low + count}e${-decimals}`) + 0);
          expect(onGrid(values, gridOf(values))).toEqual(values);
        },
      ),
    );
  });

  test("are otherwise less than a 65,000th of their range away, and come back as they are", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 2, maxLength: 40 }),
        (values) => {
          const range = Math.max(...values) - Math.min(...values);
          fc.pre(range > 1e-3);
          const kept = onGrid(values, gridOf(values));
          kept.forEach((value, i) => {
            expect(Math.abs(value - (values[i] ?? 0))).toBeLessThanOrEqual(range / 13_000);
          });
          const grid = gridOf(kept);
          expect(unpack(pack([kept], [grid]), [grid], kept.length)).toEqual([kept]);
        },
      ),
    );
  });
});

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

/** Short trainings of every kind. */
const jobs: readonly (readonly [string, Source, Partial<Settings>])[] = [
  ["a set", { kind: "set", name: "moons", rows: 300 }, {}],
  ["rows of their own", { kind: "set", name: "old-faithful", rows: 2000 }, { loss: "exact" }],
  [
    "points, with probes of its own",
    pointsOf(
      "mine.csv",
      ["width, mm", 'the "height"'],
      [
        [1, 2, 3.5, 4, 2.25],
        [0.1, -2, 7, 4, 4],
      ],
    ),
    { loss: "sliced", probes: 3, law: "sphere", seed: 5 },
  ],
  [
    "an energy",
    { kind: "set", name: "8gaussians", rows: 200 },
    { learn: "energy", levels: 4, sigmaMin: 0.2 },
  ],
];

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

describe("the engine", () => {
  test("trains, keeps steps, and shows a model as the library does", async () => {
    const settings = { ...initialSettings, width: 8, batch: 16, steps: 60 };
    const job = { source: { kind: "set", name: "two-modes", rows: 100 } as const, settings };
    const opening = await open(job);
    expect([opening.points.length, opening.isExact, opening.steps]).toEqual([200, true, 60]);
    const told: News[] = [];
    const ending = await learn((news) => told.push(news));
    const { history } = await train(prepared(job).training);
    expect(ending.losses).toEqual(history.losses);
    expect(told.flatMap(({ losses }) => losses)).toEqual(history.losses);
    expect(told.at(-1)?.kept.length).toBeLessThanOrEqual(40);
    const first = told.at(-1)?.kept[0] ?? 0;
    const square = { reach: 3, side: 4 };
    const [early, late] = [field({ at: first, sigma: 1, square }), field({ at: "model", sigma: 1, square })];
    expect(early).not.toEqual(late);
    expect((await samples({ at: "model", count: 30 })).length).toBe(60);
    expect(fisher({ at: "model" }).map(({ sigma }) => sigma)).toEqual(opening.sigmas);
    const found = await report({ at: "model" });
    expect(reportRows(found, opening.columns).join("\n")).toMatch(/^weight of .*, of the data 0\.\d+$/m);
    // Of a density that is one the sum over cells is 1.
    const wide = { reach: 6, side: 24 };
    const mass = (await density({ at: "model", square: wide })).reduce(
      (sum, value) => sum + Math.exp(value),
      0,
    );
    expect(mass * (12 / 24) ** 2).toBeCloseTo(1, 1);
  });

  test("refuses to show a step that is not kept", () => {
    expect(() => field({ at: 7, sigma: 1, square: { reach: 1, side: 2 } })).toThrow("step 7 are not kept");
  });
});

describe("the program", () => {
  const isBuilt = existsSync(join(repository, "packages/score/dist/node/model.js"));
  test.skipIf(!isBuilt).each(jobs)(
    "of %s finds the losses of the page's training, bit by bit",
    async (_, source, own) => {
      const settings = { ...initialSettings, width: 16, batch: 32, steps: 120, ...own };
      const { training } = prepared({ source, settings });
      const { history } = await train(training);
      const folder = mkdtempSync(join(repository, "node_modules", ".playground-"));
      try {
        // It has no types that are written, so that it is JavaScript too, which every Node runs.
        const program = join(folder, "program.mjs");
        writeFileSync(program, programOf({ source, settings }));
        execFileSync(process.execPath, [program], { cwd: folder });
        const { state } = loadTraining(readFileSync(join(folder, "model.safetensors")));
        expect(state.history).toEqual(history);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});
