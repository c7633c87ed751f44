// Pages that bundlers make of the packages, opened in Chromium: the program's results there are those of Node.
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import { environment, run } from "./shell.mjs";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
export const hasChromium = existsSync(executablePath);
const LIBRARIES = ["@scoretape/autograd", "@scoretape/score"];

/**
 * @param {import("./shell.mjs").Release} release
 * @param {string} bundler
 */
export async function inPage(release, bundler) {
  if (!hasChromium) return `left out: there is no ${executablePath}; CHROMIUM names another`;
  const folder = environment(release, bundler, LIBRARIES);
  run(process.execPath, ["build.mjs"], folder);
  const dist = join(folder, "dist");
  const found = await opened(dist, async (page) => {
    // A text, for scripts have no types of pages.
    const results = await page.waitForFunction("document.body.dataset.results", undefined, {
      timeout: 60_000,
    });
    return results.jsonValue();
  });
  const expected = run(process.execPath, ["program.mjs"], folder).trimEnd();
  if (found !== expected) throw new Error(`the page has other results than Node:\n${found}\n${expected}`);
  const bytes = readdirSync(dist, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".js"))
    .reduce((sum, path) => sum + gzipSync(readFileSync(join(dist, path))).length, 0);
  return `the same bits as in Node, ${(bytes / 1024).toFixed(0)} kB gzipped`;
}

/**
 * Opens a built page in Chromium; an error in the page is one here.
 * @template T
 * @param {string} folder
 * @param {(page: import("playwright-core").Page) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function opened(folder, use) {
  const server = createServer((request, response) => {
    const path = join(folder, normalize(new URL(request.url ?? "/", "http://localhost").pathname));
    const file = path.endsWith("/") ? join(path, "index.html") : path;
    if (!existsSync(file) || !statSync(file).isFile()) return void response.writeHead(404).end();
    response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream" });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    /** @type {Promise<never>} */
    const failed = new Promise((_, reject) => {
      page.on("pageerror", (error) => reject(new Error(`in the page: ${error.message}`)));
    });
    await page.goto(`http://127.0.0.1:${address.port}/`);
    return await Promise.race([use(page), failed]);
  } finally {
    await browser.close();
    server.close();
  }
}

/** @type {Record<string, string>} */
const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
};
