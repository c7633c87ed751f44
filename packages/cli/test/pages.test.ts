import { readFileSync } from "node:fs";
import * as autograd from "@scoretape/autograd";
import * as toEngines from "@scoretape/autograd/export";
import * as gpu from "@scoretape/autograd/gpu";
import * as safetensors from "@scoretape/autograd/safetensors";
import * as score from "@scoretape/score";
import * as images from "@scoretape/score/images";
import * as model from "@scoretape/score/model";
import { describe, expect, test } from "vitest";
import { testExamples } from "../../autograd/test/support/examples.ts";
import { pages, root, scriptsIn } from "../../autograd/test/support/pages.ts";
import { scoretape } from "./support/cli.ts";

const all = pages();

describe("the programs of the pages", () => {
  const programs = all.flatMap(({ path, blocks }) =>
    blocks
      .filter(({ info }) => info[0] === "ts")
      .map(({ info, code }, i) => ({
        title: `${path} ${i + 1}`,
        // Those of a page know its document.
        code: info.includes("page") ? `/// <reference lib="dom" />\n${code}` : code,
        isRunnable: !info.includes("no-run"),
      })),
  );

  test("are found, and none is written in another language's name", () => {
    expect(programs.length).toBeGreaterThanOrEqual(5);
    const found = new Set(all.flatMap(({ blocks }) => blocks.map(({ info }) => info.join(" "))));
    // Python and pages for other engines are run by anywhere.test.ts.
    const languages = ["ts", "ts no-run", "ts no-run page", "", "math", "diff", "python", "js", "html"];
    expect([...found].filter((one) => !languages.includes(one))).toEqual([]);
  });

  testExamples(new URL("../", import.meta.url), programs);
});

describe("the tables of what is called what", () => {
  const known = new Set([
    ...namesOf({ ...autograd, ...score }),
    ...namesOf({ export: toEngines, gpu, safetensors, images, model }),
  ]);
  const guides = all.filter(({ path }) => path.startsWith("docs/guides/coming-from-"));
  test.each(guides.map(({ path }) => path))("%s names what is there", (path) => {
    const rows = readFileSync(`${root}${path}`, "utf8").matchAll(/^\|[^|]*\|([^|]*)\|[^|]*\|$/gm);
    const names = [...rows].flatMap(([, cell = ""]) =>
      [...cell.matchAll(/`([^`]*)`/g)].map(([, name]) => name),
    );
    expect(names.length).toBeGreaterThanOrEqual(15);
    expect(names.filter((name) => name === undefined || !known.has(name))).toEqual([]);
  });
});

describe("a README that npm shows", () => {
  test.each(["autograd", "score", "cli", "create-scoretape"])(
    "of %s says on its first screen what to type, why to believe it and where to go on",
    (name) => {
      const text = readFileSync(`${root}packages/${name}/README.md`, "utf8");
      const { name: published } = JSON.parse(readFileSync(`${root}packages/${name}/package.json`, "utf8"));
      const screen = text.split("\n").slice(0, 50).join("\n");
      const typed = published.replace(/^create-/, "npm create ").replace(/^(?!npm)/, "npm install .*");
      expect(screen).toMatch(new RegExp(`^\`\`\`\n${typed}\\b`, "m"));
      for (const said of ["**Why believe it.** ", "**Where next.** "])
        expect(screen).toContain(`\n\n${said}`);
    },
  );
});

/** The names of values, those in namespaces behind the namespace's. */
function namesOf(values: object): string[] {
  return Object.entries(values).flatMap(([name, value]) => [
    name,
    ...(typeof value === "object" && value !== null ? Object.keys(value).map((key) => `${name}.${key}`) : []),
  ]);
}

describe("the commands of the pages", () => {
  test("are told of with what installs them", () => {
    const typing = all.filter(({ blocks }) =>
      blocks.some(({ info, code }) => info[0] === "" && /^scoretape /m.test(code)),
    );
    const guides = typing.filter(({ path }) => path.startsWith("docs/guides/") || path === "docs/tables.md");
    expect(guides.length).toBeGreaterThanOrEqual(5);
    const installs = /^npm install --global scoretape\b/m;
    expect(
      guides.filter(({ blocks }) => !blocks.some(({ code }) => installs.test(code))).map(({ path }) => path),
    ).toEqual([]);
  });

  const code = all.flatMap(({ path, blocks, inlineCode }) =>
    [
      ...blocks.filter(({ info }) => info[0] === "").flatMap(({ code }) => code.split(/\n|&&/)),
      ...inlineCode,
    ].map((line) => ({ path, command: line.replace(/#.*/, "").trim() })),
  );

  test("npm's scripts are there", () => {
    // The scripts of a project that create-scoretape begins are in its templates, which have tests of their own.
    const ours = code.filter(({ path }) => !path.startsWith("packages/create-scoretape/"));
    const scripts = ours.flatMap(({ path, command }) => {
      const [, run, short, workspace] =
        /^npm (?:run ([\w:-]+)|(start|test))(?: -w ([\w/-]+))?/.exec(command) ?? [];
      const name = run ?? short;
      return name === undefined ? [] : [{ path, command, name, folder: workspace ? `${workspace}/` : "" }];
    });
    expect(scripts.length).toBeGreaterThanOrEqual(15);
    expect(scripts.filter(({ name, folder }) => !scriptsIn(folder).includes(name))).toEqual([]);
  });

  // `npm start` trains.
  const calls = code
    .map(({ path, command }) => [path, command.replace(/^npm start -- (?=--)/, "scoretape train ")] as const)
    .filter(([, command]) => command.startsWith("scoretape "));

  test.each(calls)("%s: %s", async (_, line) => {
    const [, command = "", ...rest] = line.split(/\s+/);
    const { code, stdout } = await scoretape([command, "--help-all"]);
    expect(code).toBe(0);
    expect(optionsIn(rest.join(" ")).filter((option) => !optionsIn(stdout).includes(option))).toEqual([]);
  });

  test("every subcommand is on a page, and every experiment that a page names is there", async () => {
    const words = calls.map(([, command]) => command.split(" "));
    const commands = await commandNames();
    expect(commands.length).toBeGreaterThanOrEqual(6);
    expect(commands.filter((name) => !words.some(([, command]) => command === name))).toEqual([]);
    const experiments = words.flatMap(([, command, name = ""]) =>
      command === "lab" && /^[a-z]/.test(name) ? [name] : [],
    );
    const listed = (await scoretape(["lab"])).stdout;
    expect(experiments.filter((name) => !listed.includes(name))).toEqual([]);
  });

  test("the options that the command's page names are there", async () => {
    const page = all.find(({ path }) => path === "packages/cli/README.md");
    const options = optionsIn(page?.inlineCode.filter((text) => text.startsWith("--")).join(" ") ?? "");
    expect(options.length).toBeGreaterThanOrEqual(10);
    const helps = await Promise.all((await commandNames()).map((name) => scoretape([name, "--help-all"])));
    const known = helps.flatMap(({ stdout }) => optionsIn(stdout));
    expect(options.filter((option) => !known.includes(option))).toEqual([]);
  });
});

function optionsIn(text: string): string[] {
  return text.match(/--[a-z][a-z-]*/g) ?? [];
}

async function commandNames(): Promise<string[]> {
  const { stdout } = await scoretape(["--help"]);
  return [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name = ""]) => name);
}
