import { readFileSync } from "node:fs";
import type { Locator, Page } from "playwright-core";
import type { Site } from "./pages.ts";

/** A training of a second. */
export const SHORT = "rows=300&width=16&batch=32&steps=200";

/** The playground at a state. */
export async function openAt(
  site: Site,
  hash: string,
  width?: number,
): Promise<{ page: Page; wrong: string[] }> {
  const opened = await site.open("playground", width);
  if (hash !== "") {
    await opened.page.goto(`${site.address("playground")}#${hash}`);
    await opened.page.reload();
  }
  await opened.page.locator(".playground").waitFor();
  return opened;
}

export const side = (page: Page, phase: string, nth = 0): Locator =>
  page
    .locator(".side")
    .nth(nth)
    .and(page.locator(`[data-phase="${phase}"]`));

export async function trained(page: Page): Promise<void> {
  await page.locator('[data-button="train"]').first().click();
  await side(page, "done").waitFor({ timeout: 90_000 });
}

/** What a button saves. */
export async function saved(page: Page, kind: string): Promise<{ name: string; bytes: Buffer }> {
  const coming = page.waitForEvent("download", { timeout: 60_000 });
  await page.locator(`[data-export="${kind}"]`).first().click();
  const download = await coming;
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}
