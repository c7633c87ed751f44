import type { Browser, Page } from "playwright-core";
import { build, type PreviewServer, preview } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasChromium, launchChromium } from "./chromium.ts";
import { local, site } from "./site.ts";

/** The modes of 8gaussians: on a circle of radius 4/√2, of standard deviation 0.5/√2. */
const modes = Array.from({ length: 8 }, (_, k) => {
  const angle = (k * Math.PI) / 4;
  return { x: (4 * Math.cos(angle)) / Math.SQRT2, y: (4 * Math.sin(angle)) / Math.SQRT2 };
});
const deviation = 0.5 / Math.SQRT2;

/** The places of the pixels of one colour, in the units of the data. */
async function pixels(page: Page, color: readonly number[]): Promise<{ x: number; y: number }[]> {
  return page.evaluate((rgb) => {
    const canvas = document.querySelector("canvas");
    const context = canvas?.getContext("2d");
    if (!canvas || !context) throw new Error("no canvas");
    const reach = Number(canvas.dataset["reach"]);
    const { width, height } = canvas;
    const { data } = context.getImageData(0, 0, width, height);
    const found: { x: number; y: number }[] = [];
    for (let i = 0; i < width * height; i++) {
      if (!rgb.every((value, channel) => data[4 * i + channel] === value)) continue;
      found.push({
        x: ((2 * ((i % width) + 0.5)) / width - 1) * reach,
        y: (1 - (2 * (Math.floor(i / width) + 0.5)) / height) * reach,
      });
    }
    return found;
  }, color);
}

const SAMPLES = [0x0b, 0x5f, 0xd9];
const DATA = [0xc9, 0xce, 0xd4];

/** The points within three standard deviations of a mode, and how many modes have any. */
function nearModes(points: readonly { x: number; y: number }[]): { points: number; modes: number } {
  const nearest = points.map(({ x, y }) =>
    modes.findIndex((m) => Math.hypot(x - m.x, y - m.y) < 3 * deviation),
  );
  const near = nearest.filter((mode) => mode >= 0);
  return { points: near.length, modes: new Set(near).size };
}

describe.skipIf(!hasChromium)("the page in Chromium", () => {
  let server: PreviewServer;
  let browser: Browser;
  let address: string;

  beforeAll(async () => {
    await build(site);
    server = await preview({ ...site, preview: local });
    address = server.resolvedUrls?.local[0] ?? "";
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  /** Opens the page with a query and waits until its run has ended. */
  async function ended(
    query: string,
  ): Promise<{ page: Page; state: string; status: string; faults: string[] }> {
    const page = await browser.newPage();
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") faults.push(message.text());
    });
    await page.goto(`${address}?${query}`);
    await page.waitForFunction(() => ["done", "failed"].includes(document.body.dataset["state"] ?? ""));
    const [state = "", status = ""] = await page.evaluate(() => [
      document.body.dataset["state"],
      document.querySelector("#status")?.textContent,
    ]);
    return { page, state, status: status ?? "", faults };
  }

  test("trains and draws samples where the data is", async () => {
    const { page, state, status, faults } = await ended("backend=wasm&steps=1500&seed=1");
    expect({ state, status, faults }).toEqual({
      state: "done",
      status: expect.stringMatching(/^WebAssembly.*: 1500 steps/),
      faults: [],
    });
    const samples = await pixels(page, SAMPLES);
    expect(samples.length).toBeGreaterThan(1000);
    expect(nearModes(samples).modes).toBe(8);
    expect(nearModes(samples).points).toBeGreaterThan(0.9 * samples.length);
    expect((await pixels(page, DATA)).length).toBeGreaterThan(1000);
    await page.close();
  });

  test("the picture of an untrained network looks otherwise", async () => {
    const { page, state } = await ended("backend=wasm&steps=1&seed=1");
    expect(state).toBe("done");
    expect(nearModes(await pixels(page, SAMPLES)).points).toBeLessThan(1500);
    await page.close();
  });

  test("says what is wrong with its address", async () => {
    const { page, state, status } = await ended("data=nothing");
    expect(state).toBe("failed");
    expect(status).toMatch(/data=nothing: choose one of .*8/);
    await page.close();
  });

  test("is isolated, so that threads can share memory", async () => {
    const page = await browser.newPage();
    await page.goto(`${address}?steps=1`);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await page.close();
  });
});
