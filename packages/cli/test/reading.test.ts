import { readFileSync } from "node:fs";
import { loadModel } from "@scoretape/score/model";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readRows } from "../src/data/rows.ts";
import { readingFlags, typed } from "../src/flags/reading.ts";
import { UserError } from "../src/terminal/user-error.ts";
import { runs } from "./runs.ts";
import { type Outcome, scoretape } from "./support/cli.ts";
import { csvOf, makeWorkplace, type Workplace } from "./support/files.ts";

let place: Workplace;
beforeAll(() => {
  place = makeWorkplace();
});
afterAll(() => place.remove());

function read(text: string | Uint8Array): ReturnType<typeof readRows> {
  return readRows(place.write("t.csv", text));
}

describe("a file's rows", () => {
  test("come with what was guessed, in the words of the command", () => {
    const { table, remarks } = read(",a,b\n0,1.5,2\n1,2.5,7\n2,0.5,4\n");
    expect(table).toEqual({
      columns: ["x1", "a", "b"],
      rows: 3,
      values: Float64Array.of(0, 1.5, 2, 1, 2.5, 7, 2, 0.5, 4),
    });
    expect(remarks).toEqual([
      expect.stringMatching(
        /t\.csv: column 1, called x1, rises by 1 from row to row: if it numbers the rows, drop it with --drop x1$/,
      ),
    ]);
  });

  test.each<[string, string | Uint8Array, RegExp]>([
    [
      "a text column",
      "a,Species\n1,setosa\n3,virginica\n",
      /t\.csv: column 2, Species, is text \("setosa" in line 2\): drop it with --drop Species$/,
    ],
    [
      "names for a shell",
      'a,body mass,"b, c"\n1,x,y\n3,x,z\n',
      /: drop them with --drop 'body mass,"b, c"'$/,
    ],
    [
      "gaps",
      "a,b\n1,2\n3,\n4,5\n",
      /: 1 of 3 rows has gaps \(1 cell\), in column 2, b: leave it out with --gaps drop$/,
    ],
    [
      "what may be a gap",
      "a,b\n1,2\n3,?\n4,5\n",
      /if that is a gap, leave its row out with --missing '\?' --gaps drop$/,
    ],
    ["one row", "a,b\n1,2", /t\.csv has 1 row of numbers; at least 2 are needed$/],
    ["a header alone", "a,b\n", /t\.csv has 0 rows of numbers/],
    ["nothing", "\n\n", /t\.csv: the text is empty/],
    [
      "constant columns",
      "a,b,c d\n1,2,7\n3,2,7\n",
      /t\.csv: column 2, b and column 3, c d have the same value in every row: drop them with --drop 'b,c d'$/,
    ],
    ["a picture", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 1), /cannot read .*t\.csv: it is not a text file/],
    [
      "control characters",
      "a,b\n1,\u0001\n",
      /line 2 holds the control character U\+0001: it is not a text file/,
    ],
  ])("%s: refused in the words of the command", (_, text, message) => {
    expect(() => read(text)).toThrow(UserError);
    expect(() => read(text)).toThrow(message);
  });

  test("may be UTF-16, which has zeros", () => {
    const text = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("a\tb\n1\t2\n3\t4\n", "utf16le")]);
    expect(read(text).table.values).toEqual(Float64Array.of(1, 2, 3, 4));
    expect(read(text).remarks[0]).toMatch(/: read as UTF-16; read with tabs between cells$/);
  });

  test("are not found where there is none", () => {
    expect(() => readRows(place.path("none.csv"))).toThrow(/cannot read .*none\.csv: no such file/);
    expect(() => readRows(place.path())).toThrow(/it is a directory/);
  });
});

test("what the command says can be typed, and is understood", () => {
  const name = fc
    .string({ unit: "grapheme", minLength: 1 })
    .filter((text) => /^\P{Cc}*\S\P{Cc}*$/u.test(text));
  const names = fc.array(name, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(names, (drop) => {
      const [, word = ""] = /^--drop (.*)$/su.exec(typed({ drop })) ?? [];
      const text = word.startsWith("'") ? word.slice(1, -1).replaceAll("'\\''", "'") : word;
      expect(readingFlags.drop.value.parse(text, "--drop")).toEqual(drop);
    }),
    runs(300),
  );
  expect(typed({ header: false, delimiter: "\t", gaps: "drop" })).toBe(
    "--delimiter tab --no-header --gaps drop",
  );
  for (const delimiter of [",", ";", "\t", "|", " ", ":"]) {
    const { parse, show } = readingFlags.delimiter.value;
    expect(parse(show(delimiter), "--delimiter")).toBe(delimiter);
  }
});

const short = ["--steps", "2", "--hidden", "4", "--levels", "2", "--samples", "4", "--steps-per-level", "1"];

function train(file: string, ...flags: string[]): Promise<Outcome> {
  return scoretape(["train", file, "--out", place.path("m"), "--overwrite", ...short, ...flags]);
}

describe("the command", () => {
  test("tells its guesses, a line each, and goes on", async () => {
    const lines = Array.from({ length: 9 }, (_, i) => `${i};${(i * 7) % 5},5;${(i * 3) % 4}`);
    const { code, stderr } = await train(
      place.write("odd.csv", ["", "Tag;Wert;Rang", ...lines].join("\r\n")),
    );
    const name = place.path("odd.csv");
    expect(stderr.split("\n")).toEqual([
      `scoretape: ${name}: read with ";" between cells and "," as decimal sign`,
      `scoretape: ${name}: column 1, Tag, rises by 1 from row to row: if it numbers the rows, drop it with --drop Tag`,
      `scoretape: ${name}: Tag, Rang are integer`,
      "",
    ]);
    expect(code).toBe(0);
  });

  test("writes samples as the file is written", async () => {
    const lines = Array.from({ length: 30 }, (_, i) => `${i % 7},25;${(i * 7) % 5},5;${i % 3 ? "a" : "b"}`);
    const file = place.write("semicolons.csv", ["Wert;Rang;Art", ...lines, ""].join("\n"));
    const written = /^Wert;Rang;Art\n(?:-?\d+(?:,\d+)?;-?\d+(?:,\d+)?;[ab]\n){4}$/;
    expect((await train(file)).code).toBe(0);
    const m = place.path("m");
    expect(readFileSync(place.path("m/samples.csv"), "utf8")).toMatch(written);
    const draw = ["sample", m, "--count", "4", "--steps-per-level", "1"];
    expect((await scoretape(draw)).stdout).toMatch(written);
    expect((await scoretape(["sample", m, "--count", "4", "--given", "Art=a"])).stdout).toMatch(written);
    expect((await train(file, "--target", "Wert")).code).toBe(0);
    const given = ["--given", "Rang=1.5,Art=a"];
    expect((await scoretape(["sample", m, "--count", "4", ...given])).stdout).toMatch(written);
    expect((await train(file, "--drop", "Art")).code).toBe(0);
    expect((await scoretape(draw)).stdout).toMatch(/^Wert;Rang\n(?:-?\d+(?:,\d+)?;-?\d+(?:,\d+)?\n){4}$/);
  });

  test("says nothing of a plain file, and takes what it is told", async () => {
    expect(await train(place.write("plain.csv", csvOf(["a", "b"], 20)))).toMatchObject({
      code: 0,
      stderr: "",
    });
    const text = csvOf(["a", "b"], 20).replaceAll("\n", ",red\n").replace("red", "color");
    expect((await train(place.write("red.csv", text))).stderr).toMatch(
      /red\.csv: column 3, color has the same value in every row: drop it with --drop color\n$/,
    );
    const gappy = text.replace(",red", ",");
    expect((await train(place.write("gappy.csv", gappy))).stderr).toMatch(
      /gappy\.csv: column 3, color has the same value in every row that has one: drop it with --drop color\n$/,
    );
    expect(await train(place.path("red.csv"), "--drop", "color")).toMatchObject({ code: 0, stderr: "" });
    const same = ["--samples", "4", "--steps-per-level", "1"];
    const drop = ["--drop", "color"];
    const m = place.path("m");
    const told = ["evaluate", m, place.path("plain.csv"), ...same];
    // What was said once holds from then on, for other files too, and can be said otherwise.
    for (const argv of [
      ["train", "--resume", "--out", m, "--steps", "3", ...same],
      ["evaluate", m, ...same],
      ["evaluate", m, place.path("red.csv"), ...same],
      told,
      ["evaluate", m, place.path("red.csv"), ...same, "--columns", "a,b"],
      ["evaluate", m, ...same, ...drop],
      ["plot", m, ...same],
      ["plot", m, "--data", place.path("plain.csv"), ...same],
    ]) {
      expect(await scoretape(argv)).toMatchObject({ code: 0, stderr: "" });
    }
    expect(await scoretape([...told, ...drop])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/there is no column "color" to leave out; the columns are a and b\n$/),
    });
    expect(await scoretape(["evaluate", m, ...same, "--drop", "a"])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/column 3, color, is text/),
    });
  });

  test("keeps what it was told of every kind in the model", async () => {
    const text = ["% odd", "1,5|?|x", "2,5|3|y", "0,5|1|x", "4|2|z", ""].join("\n");
    const flags = [
      "--delimiter",
      "pipe",
      "--decimal",
      ",",
      "--no-header",
      "--comment",
      "%",
      "--missing",
      "?",
    ];
    const more = ["--gaps", "drop", "--columns", "x2,x1", "--encoding", "utf-8"];
    expect(await train(place.write("odd.txt", text), ...flags, ...more)).toMatchObject({ code: 0 });
    const { description } = loadModel(readFileSync(place.path("m", "model.safetensors")));
    expect(description.reading).toEqual({
      delimiter: "|",
      decimal: ",",
      header: false,
      comment: "%",
      missing: ["?"],
      columns: ["x2", "x1"],
      gaps: "drop",
      encoding: "utf-8",
    });
    const argv = ["evaluate", place.path("m"), "--samples", "4", "--steps-per-level", "1"];
    expect(await scoretape(argv)).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^[^\n]*1 of 4 rows left out, for they have gaps\n$/),
    });
  });

  test("refuses what is for files where it reads none", async () => {
    expect(await scoretape(["train", "moons", "--no-header", "--drop", "a"])).toEqual({
      code: 2,
      stdout: "",
      stderr: "scoretape: --no-header --drop a: that is for files, and moons is a data set; leave it out\n",
    });
  });
});
