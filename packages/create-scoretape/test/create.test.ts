import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Mistake } from "../src/mistake.ts";
import { terminal } from "../src/questions.ts";
import { run } from "../src/run.ts";
import { templates } from "../src/templates.ts";
import { writeAll } from "../src/write.ts";

let place: string;
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "create-scoretape-test-"));
});
afterAll(() => rmSync(place, { recursive: true }));

/** What a run says and ends with; answers are given in turn, and null is Ctrl-C. */
async function create(words: readonly string[], answers?: readonly (string | null)[], agent = "npm/11") {
  const said = { out: "", err: "" };
  const left = [...(answers ?? [])];
  const code = await run(words, {
    stdout: { write: (text: string) => (said.out += text) },
    stderr: { write: (text: string) => (said.err += text) },
    ...(answers === undefined ? {} : { ask: async () => left.shift() ?? null }),
    agent,
  });
  return { code, ...said };
}

const manifestOf = (folder: string) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
const names = Object.keys(templates);

describe("each template", () => {
  test.each(names)(
    "%s becomes a project with its name, of this version, that says how to go on",
    async (name) => {
      const folder = join(place, "deep", `a-${name}`);
      const { code, out, err } = await create([folder, "--template", name]);
      expect([code, err]).toEqual([0, ""]);
      const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
      const manifest = manifestOf(folder);
      expect(manifest.name).toBe(`a-${name}`);
      const ours = Object.entries(manifest.dependencies).filter(([name]) => /scoretape/.test(name));
      expect(ours.length).toBeGreaterThan(0);
      for (const [, range] of ours) expect(range).toBe(`^${version}`);
      expect(readdirSync(folder)).toEqual(expect.arrayContaining([".gitignore", "README.md"]));
      for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
        expect(path).not.toMatch(/create-scoretape|^_/);
      }
      expect(readFileSync(join(folder, "README.md"), "utf8")).toMatch(new RegExp(`^# a-${name}\n`));
      for (const [, script] of out.matchAll(/npm (?:run )?(\w+)$/gm)) {
        if (script !== "install") expect(Object.keys(manifest.scripts)).toContain(script);
      }
    },
  );

  test.each(names)("%s has a README that names its files", (name) => {
    const folder = new URL(`../templates/${name}/`, import.meta.url);
    const text = readFileSync(new URL("README.md", folder), "utf8");
    for (const [, path] of text.matchAll(/`([\w/]+\.(?:js|ts|csv|json))`/g)) {
      const isMade = /^(?:samples|filled)\.csv$/.test(path ?? "");
      if (!isMade) expect(existsSync(new URL(path ?? "", folder)), `${name}: ${path}`).toBe(true);
    }
  });
});

describe("other package managers", () => {
  const pnpm = "pnpm/10.1.0 npm/? node/v22";

  test("are named by what they say of themselves, without the dashes that npm alone needs", async () => {
    const { out } = await create([join(place, "with-pnpm"), "-t", "script"], undefined, pnpm);
    expect(out).toMatch(/^ {2}pnpm install\n {2}pnpm start$/m);
    expect((await create(["--help"], undefined, pnpm)).out).toMatch(
      /^Usage: pnpm create scoretape DIRECTORY --template NAME\n/,
    );
    expect((await create(["thing"], undefined, "bun/1.4.5")).err).toContain(
      ": bun create scoretape my-thing --template script|page|table",
    );
  });

  test("may pass on those dashes", async () => {
    const folder = join(place, "dashes");
    expect((await create([folder, "--", "--template", "script"], undefined, pnpm)).code).toBe(0);
    expect(manifestOf(folder).name).toBe("dashes");
  });
});

test("what npm makes of flags that no dashes are before is told with its remedy", async () => {
  // npm create scoretape thing --template page
  expect(await create(["thing", "page"])).toEqual({
    code: 2,
    out: "",
    err: "create-scoretape: thing and page: give one directory, as in npm create scoretape thing -- --template page\n",
  });
});

test("the way into the project is a word of the shell, whatever is in it", async () => {
  const folder = join(place, "Bob's own things", "größer", "thing");
  const { out } = await create([folder, "-t", "script"]);
  const [, line] = /^ {2}(cd .*)$/m.exec(out) ?? [];
  const { stdout } = spawnSync("sh", ["-c", `${line} && pwd -P`], { encoding: "utf8" });
  expect(stdout.trim()).toBe(realpathSync(folder));
});

describe("at a terminal", () => {
  test("what is not said is asked, and a script is what an empty answer means", async () => {
    const folder = join(place, "asked");
    expect((await create([], [folder, ""])).code).toBe(0);
    expect(existsSync(join(folder, "index.js"))).toBe(true);
    expect((await create([], [` ${join(place, "blanks")} `, " script "])).code).toBe(0);
    expect(manifestOf(join(place, "blanks")).name).toBe("blanks");
  });

  test("lines are read as they come, ahead of their question too, until the input ends", async () => {
    const input = new PassThrough();
    const output = new PassThrough({ encoding: "utf8" });
    const { ask, close } = terminal(input, output);
    input.write("first\nsecond\n");
    expect([await ask("one? "), await ask("two? ")]).toEqual(["first", "second"]);
    input.end();
    expect(await ask("three? ")).toBeNull();
    expect(output.read()).toMatch(/three\? \n$/);
    close();
  });

  test("Ctrl-C ends with 130 and nothing written", async () => {
    const folder = join(place, "interrupted");
    expect((await create([], [null])).code).toBe(130);
    expect((await create([folder], [null])).code).toBe(130);
    expect(existsSync(folder)).toBe(false);
  });

  test("a bad answer is a mistake", async () => {
    const folder = join(place, "answered");
    expect(await create([folder], ["poem"])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/no template "poem"/),
    });
    expect(existsSync(folder)).toBe(false);
  });
});

describe("a mistake ends with one line and code 2, and nothing is written", () => {
  const script = ["--template", "script"];
  test.each<[string, string[], RegExp]>([
    ["no directory", script, /name the directory: npm create/],
    ["no template", ["thing"], /say which template/],
    [
      "an unknown template",
      ["thing", "--template", "poem"],
      /no template "poem": choose one of script, page, table/,
    ],
    ["a template from Object", ["thing", "--template", "toString"], /no template "toString"/],
    ["an unknown flag", ["thing", "--templte", "page"], /--templte/],
    ["a flag without its value", ["thing", "--template"], /--template/],
    ["two directories", ["a", "b", ...script], /a and b: give one directory/],
    ["capitals", ["My Thing", ...script], /"My Thing" cannot be .* such as my-thing/],
    ["letters beyond ASCII", ["größe", ...script], /cannot be the name.* such as grosse$/m],
    [
      "letters of no Latin script",
      ["日本", ...script],
      /"日本" cannot be the name [^,]*, digits and dashes$/m,
    ],
    ["too long a name", ["a".repeat(215), ...script], /cannot be the name .* such as a{40}$/m],
    ["a name that npm keeps for itself", ["node_modules", ...script], /cannot be the name/],
    ["another one", ["favicon.ico", ...script], /cannot be the name .* such as favicon-ico$/m],
    ["an empty name", ["", ...script], /no name/],
    ["a blank name", [" ", ...script], /no name/],
    ["the root", ["/", ...script], /cannot be the name/],
  ])("%s", async (_, words, reason) => {
    const before = readdirSync(".");
    const { code, out, err } = await create(words);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/^create-scoretape: [^\n]+\n$/);
    expect(err).toMatch(reason);
    expect(readdirSync(".")).toEqual(before);
  });

  test("a folder with something in it, and a file", async () => {
    const folder = join(place, "full");
    mkdirSync(folder);
    writeFileSync(join(folder, "notes.txt"), "mine");
    expect(await create([folder, ...script])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/not empty.*notes\.txt/),
    });
    expect(readdirSync(folder)).toEqual(["notes.txt"]);
    const file = join(place, "file");
    writeFileSync(file, "mine");
    expect(await create([file, ...script])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/is a file/),
    });
    const below = join(file, "below");
    expect(await create([below, ...script])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^create-scoretape: \S+below cannot be written: ENOTDIR[^\n]*\n$/),
    });
  });

  test.skipIf(process.getuid?.() === 0)("a folder that may not be written", async () => {
    const folder = join(place, "locked");
    mkdirSync(folder);
    chmodSync(folder, 0o500);
    expect(await create([join(folder, "thing"), ...script])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/EACCES/),
    });
  });
});

test("a repository that was begun is no obstacle", async () => {
  const folder = join(place, "begun");
  mkdirSync(join(folder, ".git"), { recursive: true });
  expect((await create([folder, "--template", "table"])).code).toBe(0);
  expect(readdirSync(folder)).toContain("penguins.csv");
});

test("what fails halfway leaves nothing, nor the folders made for it", () => {
  // The second file needs a folder where the first one is a file.
  const files = new Map([
    ["a", "text"],
    ["a/b", "text"],
  ]);
  expect(() => writeAll(join(place, "new/deeper"), files)).toThrow();
  expect(existsSync(join(place, "new"))).toBe(false);
  mkdirSync(join(place, "old"));
  expect(() => writeAll(join(place, "old"), files)).toThrow();
  expect(readdirSync(join(place, "old"))).toEqual([]);
});

test("what has come up meanwhile stays as it is", async () => {
  const folder = join(place, "meanwhile");
  mkdirSync(folder);
  writeFileSync(join(folder, "b"), "mine");
  const files = new Map([
    ["a", "text"],
    ["b", "text"],
  ]);
  expect(() => writeAll(folder, files)).toThrow(Mistake);
  expect(readdirSync(folder)).toEqual(["b"]);
  expect(readFileSync(join(folder, "b"), "utf8")).toBe("mine");
});

test("help and version", async () => {
  expect(await create(["--help"])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/Usage: npm create scoretape/),
  });
  expect((await create(["-v"])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
});
