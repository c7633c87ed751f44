import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { train } from "@scoretape/score";
import { loadTraining } from "@scoretape/score/model";
import { readTable } from "@scoretape/score/tables";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { prepared } from "../playground/learning.ts";
import { programOf } from "../playground/program.ts";
import { decode } from "../playground/state.ts";
import { openSite, type Site } from "./pages.ts";

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site.close());

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** A training of a second. */
const SHORT = "rows=300&width=16&batch=32&steps=200";

/** The playground at a state. */
async function openAt(hash: string, width?: number): Promise<{ page: Page; wrong: string[] }> {
  const opened = await site.open("playground", width);
  if (hash !== "") {
    await opened.page.goto(`${site.address("playground")}#${hash}`);
    await opened.page.reload();
  }
  await opened.page.locator(".playground").waitFor();
  return opened;
}

const side = (page: Page, phase: string, nth = 0) =>
  page
    .locator(".side")
    .nth(nth)
    .and(page.locator(`[data-phase="${phase}"]`));

async function trained(page: Page): Promise<void> {
  await page.locator('[data-button="train"]').first().click();
  await side(page, "done").waitFor({ timeout: 90_000 });
}

/** What a button saves. */
async function saved(page: Page, kind: string): Promise<{ name: string; bytes: Buffer }> {
  const coming = page.waitForEvent("download", { timeout: 60_000 });
  await page.locator(`[data-export="${kind}"]`).first().click();
  const download = await coming;
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

describe("a training", () => {
  test("in the page meets the losses of the same training in Node, bit by bit, and its model is one for the command", async () => {
    const hash = `${SHORT}&loss=sliced-vr&probes=2`;
    const { page, wrong } = await openAt(hash);
    await trained(page);
    const { state } = decode(hash);
    const job = { source: state.source, settings: state.a };
    const { bytes } = await saved(page, "model (safetensors)");
    const { history } = await train(prepared(job).training);
    expect(loadTraining(bytes).state.history).toEqual(history);

    const { bytes: program } = await saved(page, "program (TypeScript)");
    expect(program.toString()).toBe(programOf(job));

    const { bytes: samples } = await saved(page, "samples (CSV)");
    const { table } = readTable(samples.toString());
    expect([table.columns, table.rows]).toEqual([["x1", "x2"], 1000]);
    const command = fileURLToPath(new URL("../../cli/dist/main.js", import.meta.url));
    if (existsSync(command)) {
      const folder = mkdtempSync(join(tmpdir(), "scoretape-playground-"));
      writeFileSync(join(folder, "model.safetensors"), bytes);
      execFileSync(
        process.execPath,
        [command, "sample", join(folder, "model.safetensors"), "--count", "1000"],
        {
          cwd: folder,
        },
      );
      rmSync(folder, { recursive: true });
    }

    const { bytes: png } = await saved(page, "picture (PNG)");
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    const { bytes: svg } = await saved(page, "picture (SVG)");
    expect(svg.toString()).toMatch(
      /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"[\s\S]*<path [\s\S]*<\/svg>\n$/,
    );
    expect(wrong).toEqual([]);
    await page.close();
  });

  test("is paused, goes on, is stopped, goes on to its end, and can be looked at as of each step", async () => {
    const { page, wrong } = await openAt("rows=300&width=32&batch=64&steps=3000");
    await page.locator('[data-button="train"]').click();
    await page.locator('[data-button="pause"]').click();
    await side(page, "paused").waitFor();
    // The steps that are on their way are done yet.
    await page.waitForTimeout(1000);
    const status = page.locator('[data-number="status"]');
    const at = await status.textContent();
    await page.waitForTimeout(300);
    expect(await status.textContent()).toBe(at);
    await page.locator('[data-button="proceed"]').click();
    await side(page, "training").waitFor();
    await page.locator('[data-button="stop"]').click();
    await side(page, "stopped").waitFor();
    await page.locator('[data-button="proceed"]').click();
    await side(page, "done").waitFor({ timeout: 90_000 });
    const { bytes } = await saved(page, "model (safetensors)");
    const { state } = decode("rows=300&width=32&batch=64&steps=3000");
    const { history } = await train(prepared({ source: state.source, settings: state.a }).training);
    expect(loadTraining(bytes).state.history).toEqual(history);

    await page.locator('[data-slider="step"]').fill("0");
    const step = (await page.locator("label:has([data-slider=step])").textContent())?.match(
      /step (\d+)/,
    )?.[1];
    await page.locator(`.side[data-shown="${step}"]`).waitFor({ timeout: 60_000 });
    expect(wrong).toEqual([]);
    await page.close();
  });

  test("that diverges is told as the library tells it, and may be started again", async () => {
    const { page } = await openAt(`${SHORT}&learningRate=1000&weightDecay=100`);
    await page.locator('[data-button="train"]').click();
    await side(page, "failed").waitFor({ timeout: 60_000 });
    expect(await page.locator(".side [role=alert]").first().textContent()).toMatch(/lower the learning rate/);
    await page.locator(".side summary").click();
    await page.locator('[data-setting="learningRate"]').fill("0.01");
    await page.locator('[data-setting="weightDecay"]').fill("0");
    await page.locator('[data-setting="weightDecay"]').blur();
    await trained(page);
    await page.close();
  });

  test("whose engine does not come says so, and starts when it does", async () => {
    const { page } = await openAt(SHORT);
    await page.route(/worker/, (route) => route.abort());
    await page.locator('[data-button="train"]').click();
    await side(page, "failed").waitFor({ timeout: 60_000 });
    expect(await page.locator(".side [role=alert]").first().textContent()).toContain("The engine stopped");
    await page.unroute(/worker/);
    expect(await page.locator('[data-button="train"]').textContent()).toContain("start again");
    await trained(page);
    await page.close();
  });

  test("beside another has settings of its own; the exact score is compared with, and the report measures", async () => {
    const { page, wrong } = await openAt(
      "data=8gaussians&rows=400&width=16&batch=32&steps=200&b&b.loss=exact",
    );
    expect(await page.locator(".side").count()).toBe(2);
    for (const nth of [0, 1]) {
      await page.locator(".side").nth(nth).locator('[data-button="train"]').click();
      await side(page, "done", nth).waitFor({ timeout: 90_000 });
    }
    await page.locator(".side svg[aria-label^='Relative Fisher']").first().waitFor({ timeout: 60_000 });
    await page.locator('[data-button="report"]').first().click();
    await page.locator('[data-number="verdict"]').waitFor({ timeout: 90_000 });
    await page.locator('[data-toggle="density"]').first().check();
    expect(wrong).toEqual([]);
    await page.close();
  });

  test("ten times takes no more memory, and no more workers, than once", async () => {
    const { page } = await openAt("rows=100&width=8&batch=16&steps=50");
    const client = await page.context().newCDPSession(page);
    await client.send("Performance.enable");
    const heap = async (): Promise<number> => {
      await client.send("HeapProfiler.collectGarbage");
      const { metrics } = await client.send("Performance.getMetrics");
      return metrics.find(({ name }) => name === "JSHeapUsedSize")?.value ?? Number.NaN;
    };
    const heaps: number[] = [];
    for (let i = 0; i < 10; i++) {
      await trained(page);
      await page.locator('.side[data-shown="model"]').waitFor({ timeout: 60_000 });
      expect(page.workers().length).toBe(1);
      heaps.push(await heap());
    }
    const [second = 0, last = 0] = [heaps[1], heaps[9]];
    expect(last - second).toBeLessThan(2e6);
    await page.close();
  });
});

describe("the page", () => {
  test("loads at most 150 kB before it is used, without the engine", async () => {
    const page = await site.browser.newPage();
    const bodies: Promise<{ url: string; size: number }>[] = [];
    page.on("response", (response) => {
      if (!/\.(js|css|html)$/.test(response.url())) return;
      bodies.push(response.body().then((body) => ({ url: response.url(), size: gzipSync(body).length })));
    });
    await page.goto(site.address("playground"));
    await page.locator(".playground").waitFor();
    await page.waitForLoadState("networkidle");
    // When it is there, VitePress fetches the pages that it leads to, which are not of it.
    const ahead: string[] = await page.evaluate(
      `[...document.querySelectorAll("link[rel=prefetch]")].map(({ href }) => href)`,
    );
    const all = (await Promise.all(bodies)).filter(({ url }) => !ahead.includes(url));
    const total = all.reduce((sum, { size }) => sum + size, 0);
    console.log(`the playground loads ${(total / 1000).toFixed(1)} kB, gzipped, before it is used`);
    expect(total).toBeLessThanOrEqual(150_000);
    expect(all.filter(({ url }) => url.includes("worker"))).toEqual([]);
    await page.close();
  });

  test("has all that is set in its address, and says where that makes no sense", async () => {
    const { page } = await openAt("");
    await page.locator('[data-setting="data"]').selectOption("rings");
    await page.locator('[data-setting="steps"]').fill("77");
    await page.locator('[data-setting="steps"]').blur();
    await page.locator('[data-setting="steps"]').fill("0");
    await page.locator('[data-setting="steps"]').blur();
    expect(await page.locator(".field [role=alert]").textContent()).toContain("from 1 to");
    await expect.poll(() => page.url()).toMatch(/#data=rings&steps=77$/);
    await page.reload();
    expect(await page.locator('[data-setting="steps"]').inputValue()).toBe("77");
    await page.goto(`${site.address("playground")}#steps=none`);
    await page.locator('.playground > [role="alert"]').waitFor();
    expect(await page.locator('[data-setting="steps"]').inputValue()).toBe("1500");
    await page.close();
  });

  test("takes points that are drawn by the pointer and by keys, erases them, and keeps them", async () => {
    const { page, wrong } = await openAt("");
    await page.getByLabel("drawn").check();
    const plane = page.locator(".drawing svg");
    const box = await plane.boundingBox();
    if (box === null) throw new Error("there is no plane");
    await page.mouse.move(box.x + 60, box.y + 60);
    await page.mouse.down();
    for (let i = 1; i < 30; i++) await page.mouse.move(box.x + 60 + 5 * i, box.y + 60 + 3 * i);
    await page.mouse.up();
    const told = page.locator('[data-number="points"]');
    const count = async (): Promise<number> => Number((await told.textContent())?.match(/\d+/)?.[0]);
    expect(await count()).toBeGreaterThanOrEqual(100);
    await plane.focus();
    const before = await count();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Space");
    expect(await count()).toBe(before + 4);
    await page.keyboard.press("Delete");
    expect(await count()).toBeLessThan(before + 4);
    const kept = await count();
    await expect.poll(() => page.url()).toContain("#points=drawn");
    await page.waitForTimeout(300);
    await page.reload();
    expect(await count()).toBe(kept);
    await page.goto(`${page.url()}&${SHORT.replace("rows=300&", "")}`);
    await trained(page);
    expect(wrong).toEqual([]);
    await page.close();
  });

  test("reads a table as the library does, of which two columns are chosen, and says what is wrong with one", async () => {
    const { page } = await openAt("");
    await page.getByLabel("a table").check();
    const text = page.locator('[data-setting="table"]');
    await text.fill("a;b;c\n1,5;2;3\n2,5;4;1\n0,25;3;9\n");
    await page.locator('[data-button="read"]').click();
    await page.getByText('read with ";" between cells and "," as decimal sign').waitFor({ timeout: 60_000 });
    await page.locator('[data-setting="column-1"]').selectOption("2");
    await expect.poll(() => page.url()).toContain("#points=table~a~c~");
    expect(decode(new URL(page.url()).hash).state.source).toMatchObject({
      values: [
        [1.5, 2.5, 0.25],
        [3, 1, 9],
      ],
    });
    await text.fill("a,b\n1,2\nx,3\n");
    await page.locator('[data-button="read"]').click();
    await page.locator(".table-input [role=alert]").waitFor({ timeout: 60_000 });
    expect(await page.locator(".table-input [role=alert]").textContent()).toMatch(/"x"/);
    await page.close();
  });

  test.each(["light", "dark"] as const)(
    "has no fault that keeps people out while it shows a model: %s",
    async (scheme) => {
      const { page, wrong } = await openAt(SHORT, 360);
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      await page.reload();
      await trained(page);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
      await page.addScriptTag({ content: axe });
      const faults: unknown = await page.evaluate(
        `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map(({ target }) => target).join(", ")))`,
      );
      expect(faults).toEqual([]);
      expect(wrong).toEqual([]);
      await page.close();
    },
  );
});
