import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decode } from "../playground/state.ts";
import { faultsOf, openSite, type Site } from "./pages.ts";
import { openAt, SHORT, trained } from "./playground.ts";

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site.close());

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
    const { page } = await openAt(site, "");
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
    const { page, wrong } = await openAt(site, "");
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
    const { page } = await openAt(site, "");
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

  test("takes the columns of numbers of a file, the newest of several, and says what it left", async () => {
    const { page, wrong } = await openAt(site, "");
    await page.getByLabel("a table").check();
    const drop = async (...files: readonly (readonly [name: string, text: string])[]): Promise<void> => {
      const carried = await page.evaluateHandle((files) => {
        const transfer = new DataTransfer();
        for (const [name, text] of files) transfer.items.add(new File([text], name));
        return transfer;
      }, files);
      await page.locator(".table-input").dispatchEvent("drop", { dataTransfer: carried });
    };
    const points = page.locator('[data-number="points"]');
    const large = Array.from({ length: 100_000 }, (_, i) => `${i % 997},${(i * i) % 991}`);
    // The first takes longer to be read than the second.
    await drop(["large.csv", `a,b\n${large.join("\n")}\n`]);
    await drop(["visits.csv", "day,name,a,b\n2020-01-01,x,1,3\n2020-01-02,y,2,1\n2020-01-03,z,4,1\n"]);
    await expect
      .poll(() => points.textContent(), { timeout: 60_000 })
      .toMatch(/^ *3 points of a and b of visits.csv/);
    expect(await page.locator(".table-input").textContent()).toMatch(
      /column 1, day, holds dates.*column 2, name, is text.*; only columns of numbers are taken/,
    );
    await page.waitForTimeout(2000);
    expect(await points.textContent()).toContain("visits.csv");
    await drop(["one.csv", "a,b\n1,2\n3,5\n"], ["two.csv", "a,b\n7,8\n9,1\n"]);
    await page.getByText("Of 2 files one is read: one.csv.").waitFor({ timeout: 60_000 });
    await drop(["large.csv", `a,b\n${large.join("\n")}\n`]);
    await page.getByText("The first 2,000 of 100,000 rows are taken").waitFor({ timeout: 60_000 });
    await drop(["picture.png", "\u0000\u0001PNG\r\n\u001a\n;;,"]);
    await page.locator(".table-input [role=alert]").waitFor({ timeout: 60_000 });
    expect(wrong).toEqual([]);
    await page.close();
  });

  test.each(["light", "dark"] as const)(
    "has no fault that keeps people out while it shows a model: %s",
    async (scheme) => {
      const { page, wrong } = await openAt(site, SHORT, 360);
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      await page.reload();
      await trained(page);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
      const faults = await faultsOf(page, ["minor", "moderate", "serious", "critical"]);
      expect(faults).toEqual([]);
      expect(wrong).toEqual([]);
      await page.close();
    },
  );
});
