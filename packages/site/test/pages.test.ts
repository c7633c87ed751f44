import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jobs } from "../engine/jobs.ts";
import { shown } from "../figures/parts/numbers.ts";
import { figuresOfCourse, figuresOfDigits } from "./figures.ts";
import { faultsOf, names, openSite, readyFigure, type Site } from "./pages.ts";

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site.close());

describe.each(names)("the page %s", (name) => {
  test("opens without an error, and asks no other host", async () => {
    const { page, wrong } = await site.open(name);
    await page.waitForLoadState("networkidle");
    expect(wrong).toEqual([]);
    await page.close();
  });

  test("has no fault that keeps people out, and is no wider than a telephone", async () => {
    const { page } = await site.open(name, 360);
    await page.waitForLoadState("networkidle");
    const width = await page.evaluate("document.documentElement.scrollWidth");
    expect(width).toBeLessThanOrEqual(360);
    expect(await faultsOf(page)).toEqual([]);
    await page.close();
  });
});

describe("the course", () => {
  test("has figures with the library's numbers", async () => {
    const { page, wrong } = await site.open("course");
    const all = page.locator("[data-figure]");
    await page.waitForSelector("[data-figure]");
    expect(await all.evaluateAll((found) => found.map((each) => each.getAttribute("data-figure")))).toEqual(
      Object.keys(figuresOfCourse),
    );
    for (const [name, numbers] of Object.entries(figuresOfCourse)) {
      const figure = await readyFigure(page, name);
      for (const [number, value] of Object.entries(numbers())) {
        expect(await figure.locator(`[data-number="${number}"]`).textContent(), `${name}, ${number}`).toBe(
          value,
        );
      }
    }
    expect(wrong).toEqual([]);
    await page.close();
  });

  test("is moved by the pointer and by keys, to the same numbers", async () => {
    const { page } = await site.open("course");
    const figure = await readyFigure(page, "tweedie");
    const handle = figure.locator(".handle");
    await handle.focus();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowUp");
    const point = [0.6 - 0.2, -0.4 + 0.2] as const;
    const mean = (at: readonly [number, number]): string =>
      jobs.posterior({ point: at, sigma: 1 }).mean.map(shown).join(", ");
    const told = figure.locator('[data-number="mean"]');
    await expect.poll(() => told.textContent()).toBe(mean(point));
    await handle.dragTo(figure.locator("svg"), { targetPosition: { x: 60, y: 60 } });
    await expect.poll(() => told.textContent()).not.toBe(mean(point));
    await page.close();
  });

  test("steps against the gradient lower the divergence to that of the best normal distribution", async () => {
    const { page } = await site.open("course");
    const figure = await readyFigure(page, "fisher-divergence");
    const told = figure.locator('[data-number="divergence"]');
    const values = [Number(await told.textContent())];
    for (let i = 0; i < 6; i++) {
      const before = await told.textContent();
      await figure.getByRole("button", { name: "a step against the gradient" }).click();
      await expect.poll(() => told.textContent()).not.toBe(before);
      values.push(Number(await told.textContent()));
    }
    expect(values).toEqual([...values].sort((a, b) => b - a));
    await page.close();
  });

  test("says that steps are too large where chains run away, and goes on", async () => {
    const { page } = await site.open("course");
    const figure = await readyFigure(page, "langevin");
    const slider = figure.locator("input");
    await slider.fill("4.5");
    const message = figure.locator("[role=alert]");
    await message.waitFor();
    expect(await message.textContent()).toMatch(/langevin.*step/);
    await slider.fill("1");
    await message.waitFor({ state: "detached" });
    const told = figure.locator('[data-number="expected"]');
    await expect.poll(() => told.textContent()).toBe(shown(1 / (1 - 1 / 4)));
    await page.close();
  });

  test("has lists that look like lists", async () => {
    for (const [name, selector] of [
      ["digits", ".figure select"],
      ["playground", ".playground select"],
    ] as const) {
      const { page } = await site.open(name);
      await page.locator(selector).first().waitFor({ timeout: 60_000 });
      const looks = await page.evaluate(`getComputedStyle(document.querySelector("${selector}")).appearance`);
      expect(looks, name).toBe("auto");
      await page.close();
    }
  });

  test("says that the engine did not come, and starts it when it does", async () => {
    const { page } = await site.browser.newPage().then((page) => ({ page }));
    await page.route(/\/exact-/, (route) => route.abort());
    await page.goto(site.address("course"));
    const figure = page.locator('[data-figure="fisher-divergence"]');
    await figure.scrollIntoViewIfNeeded();
    const message = figure.locator("[role=alert]");
    await message.waitFor({ timeout: 60_000 });
    expect(await message.textContent()).toContain("the engine stopped");
    await page.unroute(/\/exact-/);
    await message.getByRole("button", { name: "start again" }).click();
    await readyFigure(page, "fisher-divergence");
    await page.close();
  });

  test("says that an engine was ended, and starts another", async () => {
    const { page } = await site.open("course");
    const figure = await readyFigure(page, "tweedie");
    for (const worker of page.workers()) {
      await worker.evaluate("setTimeout(() => { throw new Error('out of memory'); })").catch(() => undefined);
    }
    await figure.locator("input").fill("2");
    const told = figure.locator('[data-number="mean"]');
    const mean = jobs
      .posterior({ point: [0.6, -0.4], sigma: 2 })
      .mean.map(shown)
      .join(", ");
    const message = figure.locator("[role=alert]");
    // The error may come before the question or after it: the next one has a new engine in any case.
    await expect
      .poll(async () => {
        if (await message.isVisible()) await message.getByRole("button", { name: "start again" }).click();
        return told.textContent();
      })
      .toBe(mean);
    await page.close();
  });

  test("shows the end at once to those who ask for less motion", async () => {
    const { page } = await site.open("course");
    await page.emulateMedia({ reducedMotion: "reduce" });
    const figure = await readyFigure(page, "diffusion");
    await figure.getByRole("button", { name: "play" }).click();
    expect(await figure.locator("input[type=range]").inputValue()).toBe("40");
    await page.close();
  });

  test("shows what noise remedies, and measures the trace when it is asked to", async () => {
    const { page } = await site.open("course");
    const manifold = await readyFigure(page, "manifold");
    await manifold.locator("input[type=checkbox]").check();
    const { last, least } = jobs.manifold({ sigma: 0.3 });
    await expect.poll(() => manifold.locator('[data-number="loss"]').textContent()).toBe(shown(last));
    expect(await manifold.locator('[data-number="least"]').textContent()).toBe(shown(least));
    const rare = await readyFigure(page, "rare-data");
    await rare.locator("input[type=checkbox]").check();
    const { between } = jobs.rareData({ sigma: 2.5 });
    await expect.poll(() => rare.locator('[data-number="between"]').textContent()).toBe(shown(between));
    const cost = await readyFigure(page, "trace-cost");
    await cost.getByRole("button", { name: "measure" }).click();
    await cost.locator('[data-number="ratio"]').waitFor({ timeout: 60_000 });
    await page.close();
  });
});

describe("the page of digits", () => {
  test("has figures with the library's numbers", async () => {
    const { page, wrong } = await site.open("digits");
    for (const [name, numbers] of Object.entries(figuresOfDigits)) {
      const figure = await readyFigure(page, name);
      for (const [number, value] of Object.entries(await numbers())) {
        expect(await figure.locator(`[data-number="${number}"]`).textContent(), `${name}, ${number}`).toBe(
          value,
        );
      }
    }
    expect(wrong).toEqual([]);
    await page.close();
  });

  test("erases by pointer and by keys, and completes anew", async () => {
    const { page } = await site.open("digits");
    const figure = await readyFigure(page, "erased-digit");
    const sheet = figure.locator(".erasable");
    const holes = (): Promise<number> => sheet.locator(".hole").count();
    await figure.getByRole("button", { name: "restore" }).click();
    expect(await holes()).toBe(0);
    await sheet.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Space");
    expect(await holes()).toBe(1);
    const told = figure.locator('[data-number="spread"]');
    const before = await told.textContent();
    await sheet.click({ position: { x: 100, y: 100 } });
    expect(await holes()).toBe(2);
    await expect.poll(() => told.textContent(), { timeout: 60_000 }).not.toBe(before);
    await page.close();
  });
});
