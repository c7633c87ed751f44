import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import sirv from "sirv";
import { inject } from "vitest";

const site = fileURLToPath(new URL("..", import.meta.url));

const files = readdirSync(join(site, "pages")).filter((file) => file.endsWith(".md"));
/** One of each kind of the pages of the API. */
const api = [
  "index",
  "score/index",
  "score/data/index",
  "score/langevin",
  "score/types/LangevinOptions",
  "autograd/types/Tensor",
];

/** The pages' names, without their ending. */
export const names: readonly string[] = [
  ...files.map((file) => file.replace(/\.md$/, "")),
  ...api.map((page) => `api/${page}`),
];

/** The built site, on this machine. */
export interface Site {
  readonly browser: Browser;
  address(name: string): string;
  /** A page that notes what goes wrong in it. */
  open(name: string, width?: number): Promise<{ readonly page: Page; readonly wrong: string[] }>;
  close(): Promise<void>;
}

/** What a page gets of a host that isolates it: threads may share memory there. */
const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};
/** A GPU in software, of which pages are told that it is none. */
const GPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-unsafe-swiftshader"];

export async function openSite({ isIsolated = false, hasGpu = false } = {}): Promise<Site> {
  const { folder, base } = inject("site");
  const files = sirv(folder, { extensions: ["html"] });
  const server = createServer((request, response) => {
    if (!request.url?.startsWith(base)) {
      response.writeHead(404).end();
      return;
    }
    request.url = request.url.slice(base.length - 1);
    if (isIsolated) response.setHeaders(new Map(Object.entries(ISOLATED)));
    files(request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const at = server.address();
  if (at === null || typeof at === "string") throw new Error("the server has no port");
  const host = `http://127.0.0.1:${at.port}`;
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: false,
    args: ["--headless=new", "--no-sandbox", ...(hasGpu ? GPU : [])],
  });
  const address = (name: string): string => `${host}${base}${name === "index" ? "" : `${name}.html`}`;
  return {
    browser,
    address,
    async open(name, width = 1280) {
      const page = await browser.newPage({ viewport: { width, height: 900 } });
      const wrong: string[] = [];
      page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) wrong.push(message.text());
      });
      page.on("pageerror", ({ message }) => wrong.push(message));
      page.on("request", (request) => {
        const url = request.url();
        if (!url.startsWith(host) && !/^(data|blob):/.test(url)) wrong.push(`asks ${url}`);
      });
      page.on("response", (response) => {
        if (response.status() >= 400) wrong.push(`${response.status()} ${response.url()}`);
      });
      await page.goto(address(name));
      return { page, wrong };
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}

/** A figure that has come into sight and shows its numbers. */
export async function readyFigure(page: Page, name: string): Promise<Locator> {
  await page.locator(`[data-figure="${name}"]`).scrollIntoViewIfNeeded();
  const figure = page.locator(`[data-figure="${name}"][data-ready="true"]`);
  await figure.waitFor({ timeout: 60_000 });
  return figure;
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What keeps people out of a page, by axe-core: faults of these impacts. */
export async function faultsOf(
  page: Page,
  impacts: readonly string[] = ["serious", "critical"],
): Promise<unknown> {
  await page.addScriptTag({ content: axe });
  return page.evaluate(
    `axe.run().then(({ violations }) => violations.filter(({ impact }) => ${JSON.stringify(impacts)}.includes(impact))
      .map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map(({ target }) => target).join(", ")))`,
  );
}
