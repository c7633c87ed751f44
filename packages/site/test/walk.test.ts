import { randomInt } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { random } from "@scoretape/autograd";
import { keysOf, loadModel } from "@scoretape/score/model";
import { readTable } from "@scoretape/score/tables";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSite, type Site } from "./pages.ts";

// A stranger's way: from the front page to a model of a table that nobody has seen before. WALK_CSV names the table, else one is drawn
// from a seed of the moment, which is told; WALK_SEED asks for one again. Pictures of the way come to packages/site/out/walk.

const pictures = fileURLToPath(new URL("../out/walk", import.meta.url));
const seed = Number(process.env.WALK_SEED ?? randomInt(2 ** 32));
const file = process.env.WALK_CSV;
const table =
  file === undefined
    ? { name: `nights-${seed}.csv`, text: nights(seed) }
    : { name: basename(file), text: readFileSync(file, "utf8") };

/** Hours of sleep, and reaction times that are shortest after some eight of them. */
function nights(seed: number): string {
  const [slept, noise] = [0, 1].map((i) => random.normal(random.foldIn(random.key(seed), i), [400]).data);
  const rows = Array.from({ length: 400 }, (_, i) => {
    const hours = 7.5 + 1.5 * (slept?.[i] ?? 0);
    return `${hours.toFixed(2)},${(240 + 9 * (hours - 8) ** 2 + 12 * (noise?.[i] ?? 0)).toFixed(1)}`;
  });
  return `hours,reaction_ms\n${rows.join("\n")}\n`;
}

let site: Site;
beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  site = await openSite();
});
afterAll(() => site.close());

let count = 0;
async function pictured(page: Page, name: string): Promise<void> {
  count += 1;
  await page.screenshot({ path: `${pictures}/${count}-${name}.png`, fullPage: true });
}

/** What a button saves. */
async function saved(page: Page, kind: string): Promise<Buffer> {
  const coming = page.waitForEvent("download", { timeout: 60_000 });
  await page.locator(`[data-export="${kind}"]`).first().click();
  return readFileSync(await (await coming).path());
}

/** Mean and deviation of each column. */
function momentsOf(text: string): { readonly columns: readonly string[]; readonly of: [number, number][] } {
  const { table } = readTable(text);
  const of = table.columns.map((_, j): [number, number] => {
    const column = [...table.values].filter((_, i) => i % table.columns.length === j);
    const mean = column.reduce((sum, x) => sum + x, 0) / column.length;
    return [mean, Math.sqrt(column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / column.length)];
  });
  return { columns: table.columns, of };
}

test(`from the front page to a model of ${table.name}`, async () => {
  const { page, wrong } = await site.open("index");
  await page.getByRole("button", { name: "Run it in this page" }).click();
  await page.locator('[data-figure="diffusion"][data-ready="true"]').waitFor({ timeout: 60_000 });
  await pictured(page, "front");

  await page.getByRole("link", { name: "Open the playground" }).click();
  await page.locator(".playground").waitFor({ timeout: 60_000 });
  await page.getByRole("radio", { name: "a table" }).check();
  const carried = await page.evaluateHandle(({ name, text }) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], name, { type: "text/csv" }));
    return transfer;
  }, table);
  await page.locator(".table-input").dispatchEvent("drop", { dataTransfer: carried });
  await expect.poll(() => page.locator('[data-number="points"]').textContent()).toMatch(/^\s*\d+ points of/);
  await pictured(page, "table");

  const steps = page.locator('[data-setting="steps"]').first();
  if (!(await steps.isVisible())) await page.locator(".side summary").first().click();
  await steps.fill("400");
  await steps.press("Tab");
  // By keys, as who has no pointer.
  await page.locator('[data-button="train"]').first().focus();
  await page.keyboard.press("Enter");
  await page.locator('.side[data-phase="done"]').waitFor({ timeout: 100_000 });
  await pictured(page, "trained");

  const data = momentsOf(table.text);
  const drawn = momentsOf((await saved(page, "samples (CSV)")).toString());
  expect(drawn.columns).toEqual(data.columns.slice(0, 2));
  drawn.of.forEach(([mean, deviation], j) => {
    const [itsMean = 0, itsDeviation = 1] = data.of[j] ?? [];
    // Several standard errors of a thousand samples and of the rows.
    expect(Math.abs(mean - itsMean) / itsDeviation).toBeLessThan(0.3);
    expect(deviation / itsDeviation).toBeGreaterThan(0.7);
    expect(deviation / itsDeviation).toBeLessThan(1.3);
  });

  const model = loadModel(await saved(page, "model (safetensors)"));
  expect(model.description.columns).toEqual(data.columns.slice(0, 2));
  expect(model.sample(keysOf(0).sampling, 10).shape).toEqual([10, 2]);
  expect(wrong).toEqual([]);
  await page.close();
});
