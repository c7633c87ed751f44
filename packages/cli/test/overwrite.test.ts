import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openModel } from "../src/model/store.ts";
import { scoretape } from "./support/cli.ts";
import { csvOf, filesIn, makeWorkplace, type Workplace } from "./support/files.ts";
import { contentsOf, short } from "./support/trained.ts";

// What is there stays, unless it is told to go.

let place: Workplace;
let data: string;
let other: string;
/** A finished training on `data`, and one on `other`. */
let old: string;
let fresh: string;
beforeAll(async () => {
  place = makeWorkplace();
  data = place.write("data.csv", csvOf(["length"], 30));
  other = place.write("other.csv", csvOf(["a", "b"], 30));
  [old, fresh] = [place.path("old"), place.path("fresh")];
  for (const [source, out] of [
    [data, old],
    [other, fresh],
  ] as const) {
    expect((await scoretape(["train", source, "--out", out, ...short])).stderr).toBe("");
  }
});
afterAll(() => place.remove());

/** A directory with a copy of the finished training. */
function copyOfOld(name: string): string {
  for (const file of filesIn(old)) {
    mkdirSync(place.path(name), { recursive: true });
    copyFileSync(`${old}/${file}`, place.path(name, file));
  }
  return place.path(name);
}

async function refused(...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await scoretape(argv);
  expect(stderr).toMatch(/^scoretape: [^\n]+\n$/);
  expect([code, stdout]).toEqual([2, ""]);
  return stderr;
}

describe("a training over another one", () => {
  test("is refused, says what is there and how to go on, and leaves all as it was", async () => {
    const before = contentsOf(old);
    expect(await refused("train", other, "--out", old, ...short)).toMatch(
      /old holds a training on data\.csv \(30 rows\) at step 30 of 30: go on with it by --resume, or start over with --overwrite/,
    );
    expect(await refused("train", data, "--out", old, "--resume", "--overwrite")).toContain(
      "give one of them",
    );
    expect(contentsOf(old)).toEqual(before);
  });

  test("or over anything of one, damaged or in part", async () => {
    const parts = filesIn(old);
    expect(parts.length).toBeGreaterThan(6);
    for (const part of parts) {
      const out = place.path("parts", part);
      place.write(`parts/${part}/${part}`, "precious");
      expect(await refused("train", other, "--out", out, ...short)).toContain("start over with --overwrite");
      expect(contentsOf(out)).toEqual([[part, "precious"]]);
    }
  });

  test("stands beside files that are none of its own", async () => {
    place.write("shared/notes.txt", "mine");
    const { code } = await scoretape(["train", other, "--out", place.path("shared"), ...short]);
    expect(code).toBe(0);
    expect(contentsOf(place.path("shared"))).toEqual([...contentsOf(fresh), ["notes.txt", "mine"]].sort());
    const again = await scoretape(["train", other, "--out", place.path("shared"), ...short, "--overwrite"]);
    expect(again.code).toBe(0);
    expect(readFileSync(place.path("shared", "notes.txt"), "utf8")).toBe("mine");
  });

  test("with --overwrite takes its place, and nothing of the old remains", async () => {
    const out = copyOfOld("replaced");
    const { code, stderr } = await scoretape(["train", other, "--out", out, ...short, "--overwrite"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(contentsOf(out)).toEqual(contentsOf(fresh));
  });

  test("which stays whole until the new one is saved for the first time", async () => {
    const out = copyOfOld("kept");
    const before = contentsOf(old);
    const failing = [
      ["--learning-rate", "1e30"],
      ["--hidden", "8x"],
      ["--batch", "-1"],
    ];
    for (const options of failing) {
      const { code } = await scoretape(["train", other, "--out", out, ...short, "--overwrite", ...options]);
      expect(code).not.toBe(0);
      expect(contentsOf(out)).toEqual(before);
    }
    const stopped = await scoretape(
      [
        "train",
        other,
        "--out",
        out,
        ...short,
        "--steps",
        "100000",
        "--checkpoint-every",
        "10",
        "--overwrite",
      ],
      { interruptWhen: () => openModel(out).model.description.columns.length === 2 },
    );
    expect(stopped.code).toBe(130);
    expect(filesIn(out)).toEqual(["model.safetensors"]);
  });

  test("that was killed between its first save and the removal of the old results leaves none of them", async () => {
    // Of more columns, and so with more pictures, than the new one.
    const out = place.path("between");
    mkdirSync(out);
    for (const file of filesIn(fresh)) copyFileSync(`${fresh}/${file}`, `${out}/${file}`);
    copyFileSync(`${old}/model.safetensors`, `${out}/model.safetensors`);
    const { code } = await scoretape(["train", "--resume", "--out", out, ...short.slice(-4)]);
    expect(code).toBe(0);
    expect(contentsOf(out)).toEqual(contentsOf(old));
  });
});

test("samples that are all far from the data are drawn all the same", async () => {
  const argv = ["train", other, "--out", place.path("far"), ...short, "--hidden", "700-700", "--steps", "2"];
  const { code, stderr } = await scoretape(argv);
  expect([code, stderr]).toEqual([0, ""]);
});

describe("what is read", () => {
  const model = (name: string): string => `${old}/${name}`;

  test("is not written over, by whatever name", async () => {
    const before = contentsOf(old);
    const file = "model.safetensors";
    symlinkSync(model(file), place.path("link.csv"));
    linkSync(model(file), place.path("hard.csv"));
    symlinkSync(old, place.path("linked folder"));
    symlinkSync(place.path("link.csv"), place.path("link to link.csv"));
    const names = [
      ...[
        model(file),
        `${old}/../old/${file}`,
        `${old}//./${file}`,
        place.path("link.csv"),
        place.path("hard.csv"),
      ],
      ...[place.path("linked folder", file), place.path("link to link.csv")],
    ];
    for (const out of names) {
      expect(await refused("sample", old, "--out", out)).toContain("read from; choose another --out");
      expect(await refused("evaluate", old, "--out", out)).toContain("read from; choose another --out");
      expect(await refused("export", old, "--out", out)).toContain("read from; choose another --out");
    }
    expect(contentsOf(old)).toEqual(before);
  });

  test("neither the data of an evaluation, nor a folder of that name", async () => {
    const before = readFileSync(data, "utf8");
    expect(await refused("evaluate", old, data, "--out", data)).toContain("read from");
    // The data that the model names.
    expect(await refused("evaluate", old, "--out", data)).toContain("read from");
    for (const verb of [
      ["sample", old],
      ["evaluate", old],
      ["plot", old],
      ["export", old],
      ["train", data, ...short],
    ]) {
      expect(await refused(...verb, "--out", `${data}/below`)).toContain("cannot write");
    }
    expect(readFileSync(data, "utf8")).toBe(before);
  });

  test("nor the data of a training, which are a training's file themselves", async () => {
    const out = copyOfOld("own samples");
    const before = contentsOf(out);
    const samples = `${out}/samples.csv`;
    expect(await refused("train", samples, "--out", out, "--overwrite")).toContain("read from");
    expect(contentsOf(out)).toEqual(before);
    // Nor those of a resumed one.
    renameSync(samples, place.path("moved.csv"));
    const from = place.path("from samples");
    await scoretape(["train", place.path("moved.csv"), "--out", from, ...short]);
    writeFileSync(`${from}/samples.csv`, readFileSync(place.path("moved.csv")));
    expect(await refused("train", `${from}/samples.csv`, "--out", from, "--resume")).toContain("read from");
  });

  test("a file may stand in for a link, which then leads to the new content", async () => {
    place.write("target.csv", "old");
    symlinkSync(place.path("target.csv"), place.path("to target.csv"));
    symlinkSync(place.path("new.csv"), place.path("dangling.csv"));
    for (const [link, target] of [
      ["to target.csv", "target.csv"],
      ["dangling.csv", "new.csv"],
    ] as const) {
      const { code } = await scoretape(["sample", old, "--count", "2", "--out", place.path(link)]);
      expect(code).toBe(0);
      expect(readFileSync(place.path(target), "utf8").split("\n")).toHaveLength(4);
    }
    expect(existsSync(place.path("dangling.csv"))).toBe(true);
  });
});
