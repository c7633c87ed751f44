import { train } from "@scoretape/score";
import { loadTraining } from "@scoretape/score/model";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { prepared } from "../playground/learning.ts";
import { decode } from "../playground/state.ts";
import { figuresOfDigits } from "./figures.ts";
import { openSite, readyFigure, type Site } from "./pages.ts";
import { openAt, SHORT, saved, side, trained } from "./playground.ts";

const runsOn = (page: Page): Promise<string | null> => page.locator('[data-number="runs-on"]').textContent();

describe("where the page is isolated", () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite({ isIsolated: true });
  });
  afterAll(() => site.close());

  test("a training takes threads, says so, and finds the losses of one thread, bit by bit", async () => {
    // So large that threads pay.
    const hash = "rows=2000&width=256&depth=3&batch=1024&steps=30&backend=threads";
    const { page, wrong } = await openAt(site, hash);
    await trained(page);
    expect(await runsOn(page)).toBe("WebAssembly, on the threads of this machine where they pay");
    // Its own worker, and those that share memory with it.
    expect(page.workers().length).toBeGreaterThan(1);
    const { source, a: settings } = decode(hash).state;
    const { history } = await train(prepared({ source, settings }).training);
    expect(loadTraining((await saved(page, "model (safetensors)")).bytes).state.history).toEqual(history);
    expect(wrong).toEqual([]);
    await page.close();
  });

  test("figures say that they take threads, and have the same numbers", async () => {
    const { page, wrong } = await site.open("digits");
    for (const [name, numbers] of Object.entries(figuresOfDigits)) {
      const figure = await readyFigure(page, name);
      expect(await figure.locator(".from").textContent()).toContain("on the threads that pay");
      for (const [number, value] of Object.entries(await numbers())) {
        expect(await figure.locator(`[data-number="${number}"]`).textContent()).toBe(value);
      }
    }
    expect(wrong).toEqual([]);
    await page.close();
  });
});

/** What a worker runs first: SwiftShader tells another name, and the devices that are asked for can be lost. */
const SHIM = `
  const info = { vendor: "a card", architecture: "of tests", device: "", description: "", isFallbackAdapter: false };
  Object.defineProperty(GPUAdapter.prototype, "info", { get: () => info });
  const request = GPUAdapter.prototype.requestDevice;
  globalThis.devices = [];
  GPUAdapter.prototype.requestDevice = async function (...rest) {
    const device = await request.apply(this, rest);
    devices.push(device);
    return device;
  };
`;

describe("with a GPU", () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite({ hasGpu: true });
  });
  afterAll(() => site.close());

  /** The playground where the GPU passes for a real one. */
  async function openWithGpu(hash: string): Promise<{ page: Page; wrong: string[] }> {
    const opened = await openAt(site, hash);
    await opened.page.route(/\/worker-[\w-]+\.js/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: SHIM + (await response.text()) });
    });
    return opened;
  }

  test("a training takes it, says so, and finds the losses of the processor to rounding", async () => {
    const hash = `${SHORT}&backend=webgpu`;
    const { page, wrong } = await openWithGpu(hash);
    await trained(page);
    expect(await runsOn(page)).toBe("WebGPU on a card, of tests");
    const { source, a: settings } = decode(hash).state;
    const { history } = await train(prepared({ source, settings }).training);
    const { losses } = loadTraining((await saved(page, "model (safetensors)")).bytes).state.history;
    expect(losses.length).toBe(history.losses.length);
    losses.forEach((loss, i) => {
      expect(Math.abs(loss / (history.losses[i] ?? 0) - 1)).toBeLessThan(1e-2);
    });
    expect(wrong).toEqual([]);
    await page.close();
  });

  test("that is lost, a training is back at a step that was kept, says so, and goes on", async () => {
    const { page } = await openWithGpu("rows=300&width=16&batch=32&steps=3000&backend=webgpu");
    await page.locator('[data-button="train"]').click();
    await page.locator(".side[data-shown]").waitFor({ timeout: 60_000 });
    await page.workers()[0]?.evaluate("devices.at(-1).destroy()");
    await side(page, "paused").waitFor({ timeout: 60_000 });
    expect(await page.locator(".side [role=alert]").first().textContent()).toMatch(
      /^The GPU was lost: .*\. The training is back at step \d+, from where it can go on\.$/,
    );
    const reached = Number(
      (await page.locator('[data-number="status"]').textContent())?.match(/step (\d+)/)?.[1],
    );
    await page.locator('[data-button="proceed"]').click();
    await expect
      .poll(() => page.locator(".side").getAttribute("data-shown"), { timeout: 60_000 })
      .toMatch(/^\d+$/);
    await page.locator('[data-button="pause"]').click();
    await side(page, "paused").waitFor({ timeout: 60_000 });
    expect(await runsOn(page)).toBe("WebGPU on a card, of tests");
    const { state } = loadTraining((await saved(page, "model (safetensors)")).bytes);
    expect(state.step).toBeGreaterThan(reached);
    expect(state.history.losses.length).toBe(state.step);
    await page.close();
  });

  test("in software is none: a training says why it takes the processor", async () => {
    const { page } = await openAt(site, `${SHORT}&backend=webgpu`);
    await trained(page);
    expect(await runsOn(page)).toMatch(/^WebAssembly on one thread: .*software.*swiftshader/i);
    await page.close();
  });
});
