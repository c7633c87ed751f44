import type { Browser } from "playwright-core";
import { createServer, type ViteDevServer } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasChromium, launchChromium } from "./chromium.ts";
import { local, site } from "./site.ts";

describe.skipIf(!hasChromium)("threads in a page", () => {
  let server: ViteDevServer;
  let browser: Browser;

  beforeAll(async () => {
    server = await createServer({ ...site, server: local });
    await server.listen();
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  test("Web Workers run shares of a program, with the bits of one thread", async () => {
    const page = await browser.newPage();
    await page.goto(`${server.resolvedUrls?.local[0]}?steps=1`);
    await page.addScriptTag({ url: "/test/pages/threads.ts", type: "module" });
    await page.waitForFunction(() => document.body.dataset["findings"] !== undefined);
    const findings: unknown = JSON.parse(
      await page.evaluate(() => document.body.dataset["findings"] ?? "null"),
    );
    expect(findings).toEqual({ differing: 0, sharesRun: expect.toSatisfy((n: number) => n >= 10) });
    await page.close();
  });
});
