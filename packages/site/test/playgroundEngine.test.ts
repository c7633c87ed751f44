import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { train } from "@scoretape/score";
import { loadTraining } from "@scoretape/score/model";
import { describe, expect, test } from "vitest";
import { prepared } from "../playground/learning.ts";
import { programOf } from "../playground/program.ts";
import { reportRows } from "../playground/report.ts";
import { learn, type News, open } from "../playground/session.ts";
import { initialSettings, type Settings } from "../playground/settings.ts";
import { pointsOf, type Source } from "../playground/state.ts";
import { columnsOf } from "../playground/table.ts";
import { density, field, fisher, report, samples } from "../playground/views.ts";

const repository = fileURLToPath(new URL("../../..", import.meta.url));

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

  test("says in words for people that there is nothing to learn from", () => {
    for (const [values, told] of [
      [[], "there are none"],
      [[1], "there is one"],
    ] as const) {
      const source = pointsOf("drawn", ["x1", "x2"], [values, values]);
      expect(() => prepared({ source, settings: initialSettings })).toThrow(told);
    }
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

describe("a table", () => {
  test("is taken without what is no number, which is told", () => {
    const text =
      'day,name,mass,a,b\n2020-01-01,x,"1,000",1,3\n2020-01-02,y,"2,000",2,1\n2020-01-03,z,"3,500",,1\n';
    for (const input of [text, new TextEncoder().encode(text)]) {
      const { names, columns, remarks, error } = columnsOf(input);
      expect([names, columns, error]).toEqual([
        ["a", "b"],
        [
          [1, 2],
          [3, 1],
        ],
        null,
      ]);
      expect(remarks.join("\n")).toMatch(
        /^1 of 3 rows left out.*\n.*day, holds dates.*; only columns of numbers are taken$/,
      );
      expect(remarks.join()).not.toContain("{");
    }
  });

  test("that cannot be read says why", () => {
    expect(columnsOf("a,b\n1,2\nx,3\n4,5\n").error).toContain('"x" is not a number');
    expect(columnsOf("a,b\nx,y\nz,w\n").error).toContain("no column of numbers is left");
    expect(columnsOf("\u0000\u0001PNG\n").error).toContain("not a text file");
    expect(columnsOf("").error).toContain("the text is empty");
  });
});
