import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { train } from "@scoretape/score";
import { loadTraining } from "@scoretape/score/model";
import { readTable } from "@scoretape/score/tables";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { prepared } from "../playground/learning.ts";
import { programOf } from "../playground/program.ts";
import { decode } from "../playground/state.ts";
import { openSite, type Site } from "./pages.ts";
import { openAt, SHORT, saved, side, trained } from "./playground.ts";

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site.close());

describe("a training", () => {
  test("in the page meets the losses of the same training in Node, bit by bit, and its model is one for the command", async () => {
    const hash = `${SHORT}&loss=sliced-vr&probes=2`;
    const { page, wrong } = await openAt(site, hash);
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

  test("is paused, measured and taken along, goes on to the same bits, and can be looked at as of each step", async () => {
    const hash = "rows=300&width=32&batch=64&steps=3000&loss=sliced-vr";
    const { page, wrong } = await openAt(site, hash);
    const { source, a: settings } = decode(hash).state;
    const { history } = await train(prepared({ source, settings }).training);
    await page.locator('[data-button="train"]').click();
    await page.locator('[data-button="pause"]').click();
    await side(page, "paused").waitFor();
    const told = await page.locator('[data-number="status"]').textContent();
    const reached = Number(told?.match(/^paused at step (\d+) of 3000/)?.[1]);
    const { bytes: half } = await saved(page, "model (safetensors)");
    const { state } = loadTraining(half);
    expect([state.step, state.history.losses]).toEqual([reached, history.losses.slice(0, reached)]);
    expect(readTable((await saved(page, "samples (CSV)")).bytes.toString()).table.rows).toBe(1000);
    await page.locator('[data-button="report"]').click();
    await page.locator('[data-number="verdict"]').waitFor({ timeout: 90_000 });

    await page.locator('[data-button="proceed"]').click();
    await side(page, "training").waitFor();
    // What is seen goes on with the steps.
    await expect
      .poll(() => page.locator(".side").getAttribute("data-shown"), { timeout: 30_000 })
      .toMatch(/^\d+$/);
    await side(page, "done").waitFor({ timeout: 90_000 });
    const { bytes } = await saved(page, "model (safetensors)");
    expect(loadTraining(bytes).state.history).toEqual(history);

    await page.locator('[data-slider="step"]').fill("0");
    const step = (await page.locator("label:has([data-slider=step])").textContent())?.match(
      /step (\d+)/,
    )?.[1];
    await page.locator(`.side[data-shown="${step}"]`).waitFor({ timeout: 60_000 });
    expect(wrong).toEqual([]);
    await page.close();
  });

  test("that was given up is gone, and another begins", async () => {
    const { page, wrong } = await openAt(site, "rows=300&width=8&batch=16&steps=50000");
    await page.locator('[data-button="train"]').click();
    await side(page, "training").waitFor({ timeout: 60_000 });
    await page.locator('[data-button="end"]').click();
    await side(page, "idle").waitFor();
    await expect.poll(() => page.workers().length).toBe(0);
    await page.locator('[data-setting="steps"]').fill("50");
    await page.locator('[data-setting="steps"]').blur();
    await trained(page);
    expect(wrong).toEqual([]);
    await page.close();
  });

  test("that diverges is told as the library tells it, and may be started again", async () => {
    const { page } = await openAt(site, `${SHORT}&learningRate=1000&weightDecay=100`);
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
    const { page } = await openAt(site, SHORT);
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
      site,
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
    const { page } = await openAt(site, "rows=100&width=8&batch=16&steps=50");
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
