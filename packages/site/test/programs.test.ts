import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as autograd from "@scoretape/autograd";
import * as score from "@scoretape/score";
import * as model from "@scoretape/score/model";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runProgram } from "../engine/program.ts";
import { shown } from "../figures/parts/numbers.ts";
import { figuresOfCourse, figuresOfDigits } from "./figures.ts";
import { faultsOf, openSite, readyFigure, type Site } from "./pages.ts";

const folder = fileURLToPath(new URL("../programs", import.meta.url));
const programs = readdirSync(folder).map((file) => file.replace(/\.ts$/, ""));

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site.close());

/** What a program prints in Node. */
async function printed(name: string): Promise<string> {
  const modules = {
    "@scoretape/autograd": async () => autograd,
    "@scoretape/score": async () => score,
    "@scoretape/score/model": async () => model,
  };
  const lines: string[] = [];
  await runProgram(readFileSync(`${folder}/${name}.ts`, "utf8"), {
    modules,
    begin: () => undefined,
    print: (line) => lines.push(line),
    fetch: async (address) =>
      new Response(readFileSync(fileURLToPath(new URL(`../pages/public/${address}`, import.meta.url)))),
  });
  return lines.map((line) => `${line}\n`).join("");
}

/** Opens the code of a figure. */
async function opened(page: Page, name: string): Promise<Locator> {
  const figure = page.locator(`[data-figure="${name}"]`);
  await figure.scrollIntoViewIfNeeded();
  await figure.getByRole("button", { name: "open the code" }).click();
  const program = figure.locator("[data-program]");
  await program.locator("[contenteditable]").waitFor({ timeout: 60_000 });
  return program;
}

/** Runs what the editor has, to a state. */
async function run(program: Locator, state: "done" | "failed"): Promise<string> {
  await program.getByRole("button", { name: "run" }).click();
  await program.and(program.page().locator(`[data-program="${state}"]`)).waitFor({ timeout: 60_000 });
  return (await program.locator(state === "done" ? ".output" : "[role=alert]").textContent()) ?? "";
}

async function write(program: Locator, code: string): Promise<void> {
  await program.locator("[contenteditable]").fill(code);
}

test("every figure of the course has a program, and there are no others than the digits'", () => {
  expect(programs.sort()).toEqual(["drawn-digits", ...Object.keys(figuresOfCourse)].sort());
});

test("programs print in the page what they print in Node, and the figures' numbers", {
  timeout: 600_000,
}, async () => {
  const { page, wrong } = await site.open("course");
  for (const name of Object.keys(figuresOfCourse)) {
    const program = await opened(page, name);
    const output = await run(program, "done");
    // A stopwatch is no function of its program.
    if (name !== "trace-cost") expect(output, name).toBe(await printed(name));
    const numbers = figuresOfCourse[name]?.() ?? {};
    let compared = 0;
    for (const line of output.split("\n")) {
      const [what = "", ...values] = line.split(" ");
      const told = numbers[what]?.split(/, | ± /);
      if (told === undefined) continue;
      expect(values.map(Number).map(shown), `${name}, ${what}`).toEqual(told.slice(0, values.length));
      compared += 1;
    }
    if (name !== "trace-cost") expect(compared, name).toBeGreaterThan(0);
  }
  expect(wrong).toEqual([]);
  await page.close();
});

test("the program of digits prints in the page what it prints in Node, and the figure's number", async () => {
  const { page, wrong } = await site.open("digits");
  const output = await run(await opened(page, "drawn-digits"), "done");
  expect(output).toBe(await printed("drawn-digits"));
  const { spread } = (await figuresOfDigits["drawn-digits"]?.()) ?? {};
  expect(shown(Number(/^spread (.*)$/m.exec(output)?.[1]))).toBe(spread);
  expect(wrong).toEqual([]);
  await page.close();
});

test("a program that is changed prints other numbers, and is reset", async () => {
  const { page } = await site.open("course");
  const program = await opened(page, "tweedie");
  const before = await run(program, "done");
  const source = readFileSync(`${folder}/tweedie.ts`, "utf8");
  await write(program, source.replace("const sigma = 1;", "const sigma = 2;"));
  const after = await run(program, "done");
  expect(after).toMatch(/^mean /);
  expect(after).not.toBe(before);
  await program.getByRole("button", { name: "reset" }).click();
  expect(await run(program, "done")).toBe(before);
  await page.close();
});

test("a program that does not end, or is none, or imports what is not there, gets a message and a way on", async () => {
  const { page } = await site.open("course");
  const program = await opened(page, "langevin");
  await write(program, "const x: number = ;");
  expect(await run(program, "failed")).toMatch(/SyntaxError.*1:/);
  await write(program, 'import { x } from "lodash";\nconsole.log(x);');
  expect(await run(program, "failed")).toContain('"lodash" is not here');
  await write(program, 'import { tensor } from "@scoretape/autograd";\n\ntensor([[1], [1, 2]]);');
  expect(await run(program, "failed")).toMatch(/^line 3: ShapeError: tensor/);
  await write(program, 'while (true) console.log("again");');
  expect(await run(program, "failed")).toContain("more than 500 lines");
  await write(program, 'console.log("x".repeat(1e7));');
  expect(await run(program, "done")).toMatch(/^x{2000} …\n$/);
  await write(program, "for (;;);");
  expect(await run(program, "failed")).toContain("ended after 10 seconds");
  await program.getByRole("button", { name: "run" }).click();
  await program.getByRole("button", { name: "stop" }).click();
  await expect.poll(() => program.locator("[role=alert]").textContent()).toContain("it was stopped");
  await program.getByRole("button", { name: "reset" }).click();
  expect(await run(program, "done")).toMatch(/^measured /);
  await page.close();
});

test("a program whose engine is long in coming has its ten seconds from then on", async () => {
  const { page } = await site.open("course");
  const program = await opened(page, "langevin");
  await page.route(/\/program-[\w-]+\.js/, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 11_000));
    await route.continue();
  });
  expect(await run(program, "done")).toMatch(/^measured /);
  await page.close();
});

test("code that did not load says so, and is opened once more", async () => {
  const { page } = await site.open("course");
  const figure = await readyFigure(page, "langevin");
  await page.context().setOffline(true);
  await figure.getByRole("button", { name: "open the code" }).click();
  await figure.getByText("The code did not load").waitFor();
  await page.context().setOffline(false);
  await opened(page, "langevin");
  await page.close();
});

test.each(["light", "dark"] as const)(
  "figures with their numbers and an open program keep no one out: %s",
  async (scheme) => {
    const { page } = await site.open("course", 360);
    await page.emulateMedia({ colorScheme: scheme });
    for (const name of Object.keys(figuresOfCourse)) await readyFigure(page, name);
    await run(await opened(page, "tweedie"), "done");
    expect(await faultsOf(page)).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
    await page.close();
  },
);
