import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { normals } from "./pictures.ts";
import { type Outcome, scoretape } from "./support/cli.ts";
import { makeWorkplace, type Workplace } from "./support/files.ts";

let place: Workplace;
beforeAll(() => {
  place = makeWorkplace();
});
afterAll(() => place.remove());

/** CSV text of rows (x, relation·x + √(1 − relation²)·noise + shift, noise). */
function csv(rows: number, seed: number, { shift = 0, relation = 0.8 } = {}): string {
  const normal = normals(seed);
  const line = (): string => {
    const [x, own, other] = [normal(), normal(), normal()];
    return [x, relation * x + Math.sqrt(1 - relation ** 2) * own + shift, other].join(",");
  };
  return ["x,y,other", ...Array.from({ length: rows }, line), ""].join("\n");
}

const compare = (a: string, b: string, ...flags: string[]): Promise<Outcome> =>
  scoretape(["compare", place.write("a.csv", a), place.write("b.csv", b), ...flags]);

describe("compare", () => {
  test("names the column that differs", async () => {
    const { code, stdout, stderr } = await compare(csv(300, 1), csv(400, 2, { shift: 0.6 }));
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^energy +\d\.\d+ +0\.00100$/m);
    expect(stdout).toMatch(/^y +0\.\d+ +0\.00100 +0\.00300$/m);
    expect(stdout.trimEnd().endsWith("The tables differ, in y.")).toBe(true);
  });

  test("finds nothing between tables of one distribution", async () => {
    const { code, stdout } = await compare(csv(200, 1), csv(200, 2));
    expect(code).toBe(0);
    expect(stdout).toContain("No difference was found");
  });

  test("tells where only the dependence differs", async () => {
    const { stdout } = await compare(csv(300, 1), csv(300, 2, { relation: -0.8 }));
    expect(stdout).toContain("The tables differ, in no column alone but in how columns go together.");
  });

  test("writes its numbers as JSON, and takes columns by name", async () => {
    const out = place.path("out.json");
    const moved = csv(100, 2, { shift: 1 }).replace(/^([^,\n]*),([^,\n]*),([^,\n]*)$/gm, "$3,$1,$2");
    expect(moved).toMatch(/^other,x,y\n/);
    await compare(csv(100, 1), csv(100, 2, { shift: 1 }), "--out", out);
    const inOrder = readFileSync(out, "utf8");
    const { stdout } = await compare(csv(100, 1), moved, "--out", "-");
    expect(stdout).toBe(inOrder);
    const { rows, compared, permutations, together, columns, verdict } = JSON.parse(inOrder);
    expect({ rows, compared, permutations }).toEqual({
      rows: [100, 100],
      compared: [100, 100],
      permutations: 999,
    });
    expect(together.map(({ statistic }: { statistic: string }) => statistic)).toEqual([
      "energy",
      "maximum-mean-discrepancy",
      "sliced-wasserstein",
    ]);
    expect(columns.map(({ name }: { name: string }) => name)).toEqual(["x", "y", "other"]);
    // A shift by a deviation, in deviations of both tables together, about √(1 + ¼).
    expect(Math.abs(columns[1].distance - 1 / Math.sqrt(1.25))).toBeLessThan(4 * Math.sqrt(2 / 100));
    expect(verdict).toBe("The tables differ, in y.");
  });

  test("of many rows draws some by the seed, and says so", async () => {
    const [a, b] = [csv(1500, 1), csv(50, 2)];
    const once = await compare(a, b);
    expect(once.stdout).toMatch(/a\.csv +1,000 of 1,500$/m);
    expect((await compare(a, b)).stdout).toBe(once.stdout);
    expect((await compare(a, b, "--seed", "1")).stdout).not.toBe(once.stdout);
  });

  test("a column of one value in both tables is no difference, and one in one of them is", async () => {
    const constant = (text: string): string => text.replace(/,[^,\n]*$/gm, ",4").replace(",4", ",other");
    const both = await compare(constant(csv(50, 1)), constant(csv(50, 2)));
    expect(both.stdout).toContain("No difference was found");
    const one = await compare(constant(csv(50, 1)), csv(50, 2));
    expect(one.stdout).toMatch(/The tables differ, in other\.$/m);
  });

  test("takes labels, dates and gaps, and names those that differ", async () => {
    const of = (seed: number, changes: { late?: number; red?: number; gaps?: number }): string => {
      const normal = normals(seed);
      const { late = 0, red = 0, gaps = 0 } = changes;
      const line = (_: unknown, i: number): string => {
        const day = new Date(Date.UTC(2024, 5, 1 + Math.round(20 * normal()) + late));
        const size = normal() < gaps ? "" : normal().toFixed(2);
        return [day.toISOString().slice(0, 10), normal() < red ? "red" : "blue", size, `${i % 2}`].join(",");
      };
      return ["day,colour,size,code", ...Array.from({ length: 300 }, line), ""].join("\n");
    };
    const plain = of(1, { gaps: -1 });
    const same = await compare(plain, of(2, { gaps: -1 }));
    expect(same.stdout).toContain("No difference was found");
    const ends = [
      [{ late: 20, gaps: -1 }, "day"],
      [{ red: 1, gaps: -1 }, "colour"],
      [{ gaps: 0 }, "size, gaps"],
    ] as const;
    for (const [change, column] of ends) {
      const { code, stdout } = await compare(plain, of(2, change));
      expect([code, stdout.trimEnd().split("\n").at(-1)]).toEqual([0, `The tables differ, in ${column}.`]);
    }
  });

  test("what is text in one table is text in the other", async () => {
    const codes = (texts: readonly string[]): string =>
      ["code,x", ...Array.from({ length: 60 }, (_, i) => `${texts[i % texts.length]},${i % 7}`), ""].join(
        "\n",
      );
    const { code, stdout } = await compare(codes(["1", "2", "3"]), codes(["1", "y", "x"]));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^code /m);
  });

  test("a column of texts that are no labels is named with the flag that leaves it out", async () => {
    const named = (seed: number): string =>
      csv(20, seed)
        .split("\n")
        .map((line, i) => (line === "" ? "" : i === 0 ? `${line},name` : `${line},n${seed}-${i}`))
        .join("\n");
    const { code, stderr } = await compare(named(1), named(2));
    expect(code).toBe(2);
    expect(stderr).toMatch(/^scoretape: [^\n]*name[^\n]*--drop name[^\n]*\n$/);
  });

  test("what columns hold may be told, as the message has it", async () => {
    const named = (count: number): string =>
      ["name,x", ...Array.from({ length: count }, (_, i) => `n${i % 30},${i}`), ""].join("\n");
    const guessed = await compare(named(30), named(20));
    expect(guessed.code).toBe(2);
    const [types = ""] = /--types \S+/.exec(guessed.stderr) ?? [];
    const { code, stdout } = await compare(named(30), named(20), ...types.split(" "));
    expect([code, types]).toEqual([0, "--types name:category"]);
    expect(stdout).toMatch(/^name /m);
    const codes = (digits: string): string =>
      ["code,x", ...Array.from(digits.repeat(20), (digit, i) => `${digit},${i}`), ""].join("\n");
    // Labels that only the second table has, of which all in the first are numbers.
    const mixed = await compare(codes("12"), codes("12a"), "--types", "code:category");
    expect(mixed.code).toBe(0);
    const strange = await compare(codes("12"), codes("12"), "--types", "cod:category");
    expect([strange.code, strange.stderr]).toEqual([
      2,
      expect.stringMatching(/^scoretape: \S+a\.csv and \S+b\.csv: there is no column cod [^\n]*\n$/),
    ]);
  });

  test.each<[string, string, RegExp]>([
    [
      "x,weight,other\n1,2,3\n4,5,6\n",
      "another column",
      /^scoretape: the tables have other columns: y is in \S+a\.csv alone, weight is in \S+b\.csv alone; compare the others with --columns x,other\n$/,
    ],
    [
      "x,y\n1,2\n4,5\n",
      "a column less",
      /: other is in \S+a\.csv alone; compare the others with --columns x,y\n$/,
    ],
    ["1,2,3\n4,5,6\n", "no names", /give tables of the same columns\n$/],
    ["x,y,other\n1,2,3\n", "a row", /b\.csv has 1 row; at least 2 are needed\n$/],
  ])("%j, %s, is told in one line, and nothing is written", async (b, _, message) => {
    const out = place.path("refused.json");
    const { code, stdout, stderr } = await compare(csv(10, 1), b, "--out", out);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(message);
    expect(existsSync(out)).toBe(false);
  });

  test("one standard input is one table", async () => {
    const { code, stderr } = await scoretape(["compare", "-", "-"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^scoretape: both tables are standard input, which holds one; [^\n]*\n$/);
  });

  test("the page's example runs", async () => {
    const page = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    const [line = ""] = /^scoretape compare .*$/m.exec(page) ?? [];
    place.write("before.csv", csv(40, 1));
    place.write("after.csv", csv(40, 2));
    const words = line.split(" ").slice(1);
    const { code } = await scoretape(
      words.map((word) => (/\.(?:csv|json)$/.test(word) ? place.path(word) : word)),
    );
    expect(code).toBe(0);
    expect(existsSync(place.path("differences.json"))).toBe(true);
  });
});
