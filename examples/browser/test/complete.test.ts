import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { build, type InlineConfig, type PreviewServer, preview } from "vite";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { hasChromium, launchChromium } from "./chromium.ts";
import { local, site } from "./site.ts";

const SIDE = 28;
/** What was erased, and the red of the ends of what is filled in. */
const HOLE = "96,110,138";
const [DARK, LIGHT] = [8, 176];

/** One of the 28 × 28 pixels as the canvas shows it: from 0, black, to 1, white; none where it is erased. */
interface Cell {
  readonly what: "known" | "filled" | "erased";
  readonly value: number;
}

/** The pixels of the sheet, by the colours in their middles. */
async function cellsOf(page: Page): Promise<Cell[]> {
  const colors = await page.evaluate((side) => {
    const canvas = document.querySelector("canvas");
    const context = canvas?.getContext("2d");
    if (!canvas || !context) throw new Error("no canvas");
    const size = canvas.width / side;
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    return Array.from({ length: side * side }, (_, i) => {
      const [x, y] = [((i % side) + 0.5) * size, (Math.floor(i / side) + 0.5) * size];
      const at = 4 * (Math.floor(y) * canvas.width + Math.floor(x));
      return [data[at] ?? -1, data[at + 1] ?? -1, data[at + 2] ?? -1] as const;
    });
  }, SIDE);
  return colors.map(([red, green, blue]): Cell => {
    if (red === green && green === blue) return { what: "known", value: red / 255 };
    if ([red, green, blue].join() === HOLE) return { what: "erased", value: 0 };
    return { what: "filled", value: (red - DARK) / (LIGHT - DARK) };
  });
}

const isRight = (i: number): boolean => i % SIDE >= SIDE / 2;
const valuesOf = (cells: readonly Cell[]): number[] => cells.map(({ value }) => value);
const ink = (cells: readonly Cell[]): number => valuesOf(cells).reduce((sum, value) => sum + value, 0);
const column = (cells: readonly Cell[], at: number): number[] =>
  valuesOf(cells.filter((_, i) => i % SIDE === at));
/** The whitest of the pixels in the middle of the middle row. */
const inkOfCenter = (cells: readonly Cell[]): number =>
  Math.max(...valuesOf(cells.slice(SIDE * (SIDE / 2) + SIDE / 2 - 2, SIDE * (SIDE / 2) + SIDE / 2 + 2)));
/** The mean absolute difference. */
const distance = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? Number.NaN)), 0) / a.length;

describe.skipIf(!hasChromium)("the page that completes digits, in Chromium", () => {
  const folder = mkdtempSync(join(tmpdir(), "scoretape-page-"));
  const built: InlineConfig = { ...site, build: { outDir: folder, emptyOutDir: true } };
  let server: PreviewServer;
  let browser: Browser;
  const faults: string[] = [];

  beforeAll(async () => {
    await build(built);
    server = await preview({ ...built, preview: local });
    browser = await launchChromium();
  });

  afterEach(() => {
    expect(faults).toEqual([]);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function settled(page: Page): Promise<string> {
    await page.waitForFunction(() => ["done", "failed"].includes(document.body.dataset["state"] ?? ""));
    return page.evaluate(
      () => `${document.body.dataset["state"]}: ${document.querySelector("#status")?.textContent}`,
    );
  }

  async function opened(query: string): Promise<Page> {
    const page = await browser.newPage();
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") faults.push(message.text());
    });
    await page.goto(`${server.resolvedUrls?.local[0]}complete.html?${query}`);
    await settled(page);
    return page;
  }

  async function completed(page: Page): Promise<Cell[]> {
    await page.getByRole("button", { name: "Complete" }).click();
    expect(await settled(page)).toMatch(/^done: Completing: done in/);
    return cellsOf(page);
  }

  /** Waits until the page has drawn what it was asked for. */
  async function drawn(page: Page): Promise<void> {
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
  }

  /** Moves the mouse, pressed, over places of the sheet. */
  async function stroke(page: Page, ...places: readonly (readonly [x: number, y: number])[]): Promise<void> {
    const sheet = page.locator("#sheet");
    await sheet.scrollIntoViewIfNeeded();
    const box = await sheet.boundingBox();
    if (box === null) throw new Error("the sheet is not to be seen");
    for (const [k, [x, y]] of places.entries()) {
      await page.mouse.move(box.x + (x * box.width) / SIDE, box.y + (y * box.height) / SIDE);
      if (k === 0) await page.mouse.down();
    }
    await page.mouse.up();
    await drawn(page);
  }

  test("completes the right half: the left one stays, what comes fits it, and is another each time", async () => {
    const page = await opened("digit=3&seed=0");
    const given = await cellsOf(page);
    expect(given.every(({ what }) => what === "known")).toBe(true);
    expect(ink(given)).toBeGreaterThan(50);
    await page.getByRole("button", { name: "Erase the right half" }).click();
    await drawn(page);
    const halves = (right: Cell["what"]): Cell["what"][] =>
      given.map((_, i) => (isRight(i) ? right : "known"));
    expect((await cellsOf(page)).map(({ what }) => what)).toEqual(halves("erased"));
    const results = [await completed(page), await completed(page), await completed(page)];
    for (const cells of results) {
      expect(cells.map(({ what }) => what)).toEqual(halves("filled"));
      expect(cells.filter((_, i) => !isRight(i))).toEqual(given.filter((_, i) => !isRight(i)));
      expect(ink(cells.filter((_, i) => isRight(i)))).toBeGreaterThan(20);
      // Lines go on over the border, as they would not on a right half that stood on its head.
      const [left, right] = [column(cells, SIDE / 2 - 1), column(cells, SIDE / 2)];
      expect(distance(left, right)).toBeLessThan(0.5 * distance(left, right.toReversed()));
    }
    const [first = [], second = [], third = []] = results.map(valuesOf);
    for (const [a, b] of [
      [first, second],
      [second, third],
      [third, first],
    ] as const) {
      expect(distance(a, b)).toBeGreaterThan(0.02);
    }
    await page.getByRole("button", { name: "Restore" }).click();
    await drawn(page);
    expect(await cellsOf(page)).toEqual(given);
    await page.close();
  });

  test("draws what it is told: a 0 has a hole where a 1 has a line", async () => {
    const page = await opened("digit=7&seed=4");
    await page.getByLabel("Size of the eraser").fill("6");
    await stroke(page, [1, 3], [27, 3], [27, 11], [1, 11], [1, 19], [27, 19], [27, 26], [1, 26]);
    expect((await cellsOf(page)).every(({ what }) => what === "erased")).toBe(true);
    const told: Cell[][] = [];
    for (const label of ["0", "1"]) {
      await page.getByLabel("It is").selectOption(label);
      told.push(await completed(page));
    }
    const [zero = [], one = []] = told;
    expect(inkOfCenter(zero)).toBeLessThan(0.2);
    expect(inkOfCenter(one)).toBeGreaterThan(0.8);
    expect(ink(zero)).toBeGreaterThan(1.3 * ink(one));
    await page.close();
  });

  test("is drawn and erased with keys alone", async () => {
    const page = await opened("digit=1&seed=1");
    const given = await cellsOf(page);
    await page.locator("#sheet").focus();
    for (let step = 0; step < 4; step++) await page.keyboard.press("ArrowRight");
    for (let step = 0; step < 2; step++) await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Space");
    await page.keyboard.press("Tab");
    await drawn(page);
    const isNear = (i: number): boolean =>
      Math.hypot((i % SIDE) + 0.5 - 18, Math.floor(i / SIDE) + 0.5 - 12) <= 3;
    expect(await cellsOf(page)).toEqual(
      given.map((cell, i) => (isNear(i) ? { what: "erased", value: 0 } : cell)),
    );
    await page.getByRole("button", { name: "Complete" }).press("Enter");
    expect(await settled(page)).toMatch(/^done: Completing: done/);
    expect((await cellsOf(page)).map(({ what }) => what)).toEqual(
      given.map((_, i) => (isNear(i) ? "filled" : "known")),
    );
    await page.close();
  });

  test("takes a drawing of the visitor's, however fast the pointer goes", async () => {
    const page = await opened("digit=1");
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByLabel("draws").check();
    await stroke(page, [6, 14.5], [22, 14.5]);
    const cells = await cellsOf(page);
    expect(cells.every(({ what }) => what === "known")).toBe(true);
    const line = cells.filter((_, i) => Math.floor(i / SIDE) === 14);
    expect(valuesOf(line.slice(6, 22))).toEqual(new Array(16).fill(1));
    expect(ink(cells.filter((_, i) => Math.abs(Math.floor(i / SIDE) - 14) > 2))).toBe(0);
    await page.getByRole("button", { name: "Complete" }).click();
    expect(await settled(page)).toMatch(/^done: Nothing is erased/);
    expect(await cellsOf(page)).toEqual(cells);
    await page.close();
  });

  test("says what is wrong with its address, and names whose images it learned from", async () => {
    const page = await opened("digit=12");
    expect(await settled(page)).toBe("failed: digit=12: give a whole number from 0 to 9");
    const text = await page.locator("footer").innerText();
    for (const told of ["MNIST", "Yann LeCun", "Corinna Cortes", "CC BY-SA 3.0"])
      expect(text).toContain(told);
    await page.close();
  });

  test("is light or dark as the visitor has it, on a narrow screen too", async () => {
    const page = await opened("");
    await page.setViewportSize({ width: 340, height: 700 });
    const brightness = (): Promise<[text: number, ground: number]> =>
      page.evaluate(() => {
        const { color, backgroundColor } = getComputedStyle(document.body);
        const of = (value: string): number => Number(/\d+/.exec(value));
        return [of(color), of(backgroundColor)];
      });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      const [text, ground] = await brightness();
      expect(colorScheme === "light" ? ground - text : text - ground).toBeGreaterThan(150);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(340);
    await page.close();
  });
});
