import { createHash } from "node:crypto";
import { cpSync, readFileSync, statSync } from "node:fs";
import { objectiveNames } from "@scoretape/score";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { optionOf } from "../../src/flags/flag.ts";
import { losses, namesOf } from "../../src/flags/losses.ts";
import { flags, flagsOf } from "../../src/flags/table.ts";
import { type Verb, verbNames } from "../../src/flags/verb.ts";
import { experimentOf } from "../../src/lab/registry.ts";
import { UserError } from "../../src/terminal/user-error.ts";
import { type Outcome, scoretape } from "../support/cli.ts";
import { csvOf, filesIn, makeWorkplace, type Workplace } from "../support/files.ts";
import { noise, npyOf, pngOf } from "../support/images.ts";
import { type Case, cases } from "./cases.ts";

// Laws of every flag of every verb.

/** What the backend was asked for: its results are the same for any number of threads. */
const asked = vi.hoisted((): unknown[] => []);
vi.mock("@scoretape/autograd", async (original) => {
  const engine = await original<typeof import("@scoretape/autograd")>();
  const wasm: typeof engine.wasm = (options) => {
    asked.push(options);
    return engine.wasm(options);
  };
  return { ...engine, wasm };
});
vi.mock("../../src/training/gpu.ts", () => ({
  openGpu: (options: object) => Promise.reject(new UserError(`no GPU here: ${JSON.stringify(options)}`)),
}));

const pairs = verbNames.flatMap((verb) =>
  flagsOf(verb).map(([name, flag, use]) => ({ verb, name, flag, use })),
);

const short = ["--steps", "5", "--hidden", "6", "--batch", "16", "--levels", "3", "--rows", "60"];
const sampling = ["--steps-per-level", "3", "--samples", "10"];

/** How each verb is called: with files in the current folder, where the outcome is looked at. */
const calls: { readonly [V in Verb]: readonly string[] } = {
  train: ["train", "two-modes", "--out", "new", ...short, ...sampling],
  sample: ["sample", "model", "--count", "10", ...sampling.slice(0, 2)],
  impute: ["impute", "model", "gaps.csv"],
  inpaint: ["inpaint", "drawings", "image.png", "--count", "3"],
  denoise: ["denoise", "drawings", "image.png"],
  interpolate: ["interpolate", "drawings", "image.png", "other.png", "--count", "3"],
  evaluate: ["evaluate", "model", "--rows", "60", ...sampling],
  rank: ["rank", "model", "points.csv"],
  compare: ["compare", "other.csv", "another.csv"],
  plot: ["plot", "model", ...sampling],
  export: ["export", "model"],
  // The only one that takes data.
  lab: ["lab", "images"],
  list: ["list"],
};

/** The call of a verb, with a file instead of a data set, which has its own rows, or of an image. */
function readingFrom(file: string, verb: Verb): string[] {
  const places = {
    train: "two-modes",
    impute: "gaps.csv",
    inpaint: "image.png",
    denoise: "image.png",
    interpolate: "image.png",
  };
  const replaced = Object.entries(places).find(([name]) => name === verb)?.[1];
  const call = calls[verb].map((word) => (word === replaced ? file : word));
  if (verb === "rank" || (verb === "denoise" && file.endsWith(".csv"))) return [verb, "model", file];
  if (verb === "compare") return ["compare", file, file];
  if (verb === "evaluate") call.splice(2, 0, file);
  return without(file === "images.npy" ? [...ofPerceptrons, "--rows"] : ["--rows"], call);
}

/** Options that a U-Net has no use for. */
const ofPerceptrons = ["--hidden", "--steps-per-level"];

function without(options: readonly string[], words: readonly string[]): string[] {
  return words.filter((word, i) => !options.includes(word) && !options.includes(words[i - 1] ?? ""));
}

let model: Workplace;
beforeAll(async () => {
  model = makeWorkplace();
  const rows = ["train", "two-modes", "--out", model.path("model"), ...short, ...sampling];
  // Dark ones and bright ones in turn, and steps enough to tell them apart.
  const bytes = noise(360).map((byte, i) => (i % 18 < 9 ? byte >> 2 : byte));
  const images = model.write("images.npy", npyOf("|u1", [40, 3, 3], bytes));
  const labels = ["--labels", model.write("labels.txt", "odd\neven\n".repeat(20)), "--channels", "8"];
  const learning = ["--steps", "40", "--validation", "0", "--learning-rate", "0.02"];
  const sizes = without([...ofPerceptrons, "--rows"], [...short, ...sampling, ...labels, ...learning]);
  const drawings = ["train", images, "--out", model.path("drawings"), ...sizes];
  const energies = ["train", "two-modes", "--out", model.path("energies"), "--learn", "energy"];
  const target = ["train", "two-modes", "--out", model.path("target"), "--target", "x2"];
  for (const argv of [
    rows,
    drawings,
    ...[energies, target].map((words) => [...words, ...short, ...sampling]),
  ]) {
    const { code, stderr } = await scoretape(argv);
    if (code !== 0) throw new Error(stderr);
  }
  vi.spyOn(experimentOf("images"), "run").mockImplementation(async ({ key, quick, data }) => ({
    tables: [],
    claims: [],
    pictures: [],
    numbers: { key, quick, data },
  }));
});
afterAll(() => {
  model.remove();
  vi.restoreAllMocks();
});

/** All that a call leaves: what it said, its exit code, its files, and what it asked of the backend. */
async function outcomeOf(argv: readonly string[]): Promise<string> {
  const place = makeWorkplace();
  const home = process.cwd();
  for (const name of ["model", "drawings", "energies", "target"])
    cpSync(model.path(name), place.path(name), { recursive: true });
  for (const [i, name] of ["image.png", "other.png"].entries()) {
    place.write(name, pngOf({ height: 3, width: 3, data: noise(9, i) }));
  }
  place.write("large.png", pngOf({ height: 5, width: 6 }));
  place.write("other.csv", csvOf(["x", "y"], 20));
  place.write("three.csv", csvOf(["x", "y", "z"], 20, 3));
  place.write("another.csv", csvOf(["x", "y"], 20, 2));
  place.write("points.csv", "x1,x2\n0.5,0.2\n-1,0.8\n3,-4\n");
  place.write("noisy.csv", "x1,x2,s\n0.5,0.2,0.3\n-1,0.8,1\n");
  place.write("images.npy", npyOf("|u1", [40, 3, 3], noise(360)));
  place.write("labels.txt", "odd\neven\n".repeat(20));
  place.write("gaps.csv", "x1,x2\n0.5,\n,0.25\n1,1\n");
  place.write("odd.csv", "/ by hand\n3,1\n1,5\n,6\n4,4.5\n7,2\n5,3\n");
  asked.length = 0;
  process.chdir(place.path());
  try {
    const { code, stdout, stderr } = await scoretape(argv);
    const files = filesIn(place.path()).map((name) => [name, contentOf(place.path(name))]);
    const said = [stdout, stderr].map((text) => text.replace(/ in \S+ s/g, ""));
    return JSON.stringify({ code, said, files, asked }, null, 1);
  } finally {
    process.chdir(home);
    place.remove();
  }
}

/** A file's digest, without what differs from run to run. */
function contentOf(path: string): string {
  if (statSync(path).isDirectory()) return "";
  const text = readFileSync(path, "latin1")
    .replace(/"seconds": (\{[^}]*\}|[\d.e-]+)/, "")
    .replaceAll(/plot-clip-\d+/g, "clip");
  return createHash("sha256").update(text).digest("hex");
}

describe("a flag that changes nothing", () => {
  const unchanged = new Map<string, Promise<string>>();
  const withoutIt = (argv: readonly string[]): Promise<string> => {
    const found = unchanged.get(argv.join(" ")) ?? outcomeOf(argv);
    unchanged.set(argv.join(" "), found);
    return found;
  };

  test("has its case, as has every other", () => {
    const missing = pairs.filter(({ verb, name }) => caseOf(name, verb) === undefined);
    expect(missing.map(({ verb, name }) => `${verb} ${optionOf(name)}`)).toEqual([]);
    expect(Object.keys(cases).sort()).toEqual(Object.keys(flags).sort());
  });

  test("is told from one that does by outcomes that are the same every time", async () => {
    for (const verb of verbNames) expect(await outcomeOf(calls[verb])).toBe(await withoutIt(calls[verb]));
  });

  test.each(pairs.map(({ verb, name }) => [verb, optionOf(name), name] as const))(
    "is not %s %s",
    async (verb, option, name) => {
      const { given = [], beside = [], file, model: other } = caseOf(name, verb) ?? {};
      expect(given).toContain(option);
      const call = file === undefined ? calls[verb] : readingFrom(file, verb);
      const words = other === undefined ? call : without(ofPerceptrons, call);
      const argv = [...words.map((word) => (word === "model" ? (other ?? word) : word)), ...beside];
      expect(await outcomeOf([...argv, ...given])).not.toBe(await withoutIt(argv));
    },
  );
});

function caseOf(name: string, verb: Verb): Case | undefined {
  return Object.entries(cases).find(([key]) => key === name)?.[1][verb];
}

describe("help", () => {
  test.each(verbNames)("%s shows at most ten flags, and all with --help-all", async (verb) => {
    const [short, all] = [await scoretape([verb, "--help"]), await scoretape([verb, "--help-all"])];
    expect([short.code, all.code, short.stderr, all.stderr]).toEqual([0, 0, "", ""]);
    const mine = flagsOf(verb);
    const common = mine.filter(([, { common }]) => common === true);
    expect(common.length).toBeLessThanOrEqual(10);
    expect(optionsIn(short)).toEqual([...common.map(([name]) => optionOf(name)), "--help"]);
    const opposites = mine.filter(([, { value }]) => value.negatable === true);
    expect(optionsIn(all).sort()).toEqual(
      [
        ...mine.map(([name]) => optionOf(name)),
        ...opposites.map(([name]) => optionOf(name).replace("--", "--no-")),
        "--help",
      ].sort(),
    );
    if (mine.length > common.length) {
      expect(short.stdout).toContain(`--help-all shows ${mine.length - common.length} more`);
    }
  });

  test("tells every default", async () => {
    for (const { verb, name, flag, use } of pairs) {
      if (use.default === undefined || use.default === false) continue;
      const { stdout } = await scoretape([verb, "--help-all"]);
      const [, text = ""] = stdout.replace(/\s+/g, " ").split(` ${optionOf(name)} `);
      expect(text.split(" --")[0]).toContain(`(default: ${flag.value.show(use.default)})`);
    }
  });

  test("and version answer to the words that people try", async () => {
    const [help, version] = [await scoretape(["--help"]), await scoretape(["--version"])];
    for (const verb of verbNames) expect(help.stdout).toMatch(new RegExp(`^ {2}${verb} `, "m"));
    for (const word of ["help", "-h"]) expect(await scoretape([word])).toEqual(help);
    for (const word of ["-V", "-v"]) expect(await scoretape([word])).toEqual(version);
    const train = await scoretape(["train", "--help"]);
    for (const argv of [
      ["help", "train"],
      ["train", "-h"],
    ])
      expect(await scoretape(argv)).toEqual(train);
    const unknown = await scoretape(["help", "trian"]);
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      "scoretape: unknown command 'trian' (Did you mean train?)\n",
    ]);
  });
});

/** The options that a help lists. */
function optionsIn({ stdout }: Outcome): string[] {
  return [...stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, option = ""]) => option);
}

describe("hostile values", () => {
  const hostile = [
    ...[
      "",
      " ",
      "\t\n",
      "NaN",
      "-1",
      "-0",
      "0",
      "1e9",
      "1e999",
      "-Infinity",
      "0x10",
      "1,5",
      "1.5.1",
      "١٢",
      "--",
      "null",
    ],
    ...["__proto__", "constructor", "a\0b", "9".repeat(400), "64-".repeat(500), "x".repeat(1e5), "\u001b[2J"],
  ];
  const refusals = ["", " ", "\t\n", "a\0b"];

  test.each(
    pairs
      .filter(({ flag }) => flag.value.metavar !== "")
      .map((pair) => [pair.verb, optionOf(pair.name), pair] as const),
  )("%s %s", (_, option, { flag, use }) => {
    const { parse, show } = use.value ?? flag.value;
    for (const text of hostile) {
      try {
        const value = parse(text, option);
        // What is taken is taken as it is shown.
        expect(parse(show(value), option)).toEqual(value);
        expect(value).not.toBeNaN();
        expect(refusals).not.toContain(text);
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
        expect(String(error)).toContain(option);
        expect(String(error)).not.toMatch(/\p{Cc}/u);
        expect(String(error).length).toBeLessThan(400);
      }
    }
  });

  test("are told in one line, with code 2", async () => {
    for (const text of ["", "a\0b"]) {
      const places = pairs.filter(({ flag }) => flag.value.metavar !== "");
      for (const { verb, name } of places) {
        const { code, stdout, stderr } = await scoretape([...calls[verb], optionOf(name), text]);
        expect([code, stdout]).toEqual([2, ""]);
        expect(stderr).toMatch(new RegExp(`^scoretape: ${optionOf(name)} [^\\n]+\\n$`));
      }
      for (const argv of [
        ["train", text],
        ["sample", text],
        ["evaluate", text],
        ["evaluate", "m", text],
        ["plot", text],
      ]) {
        const { code, stderr } = await scoretape(argv);
        expect(stderr).toMatch(/^scoretape: [^\n]+ (is empty|has a character)[^\n]+\n$/);
        expect(code).toBe(2);
      }
    }
  });
});

describe("flags that others make meaningless", () => {
  test.each([
    [["train", "moons", "--allow-software"], /--allow-software is for --backend gpu; /],
    [
      ["train", "moons", "--backend", "js", "--threads", "2"],
      /--threads is for --backend wasm or --backend gpu; /,
    ],
    [["sample", "m", "--backend", "js", "--threads", "2"], /--threads is for --backend wasm/],
    [["train", "old-faithful", "--rows", "9"], /--rows is for generated data sets/],
    [
      ["train", "old-faithful", "--channels", "8"],
      /--channels is for a U-Net, and .* is a perceptron; leave it out/,
    ],
    [
      ["train", "digits", "--hidden", "8"],
      /--hidden is for a perceptron, and .* is a U-Net; leave it out: --channels/,
    ],
    [["train", "digits", "--activation", "tanh"], /--activation is for a perceptron/],
    [["train", "digits", "--step-size", "1"], /--step-size is for a perceptron, .* Heun/],
    [["train", "digits", "--steps-per-level", "3"], /--steps-per-level is for a perceptron/],
  ])("%j", async (argv, message) => {
    const { code, stderr } = await scoretape(argv);
    expect(stderr).toMatch(message);
    expect([code, stderr.split("\n").length]).toEqual([2, 2]);
  });
});

test("the losses of the flags are those of the library", () => {
  expect(namesOf(losses)).toEqual(objectiveNames);
});
