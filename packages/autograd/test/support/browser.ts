import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { rolldown } from "rolldown";

const executable = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Whether there is a Chromium to open pages in, or one is required (SCORETAPE_REQUIRE_CHROMIUM). */
export const hasBrowser = existsSync(executable) || process.env.SCORETAPE_REQUIRE_CHROMIUM !== undefined;

/** A page with a script, in a Chromium whose GPU is SwiftShader. */
export class ScriptPage {
  private readonly server: Server;
  private readonly browser: Browser;
  readonly page: Page;

  private constructor(server: Server, browser: Browser, page: Page) {
    this.server = server;
    this.browser = browser;
    this.page = page;
  }

  /** @param script the path of a module, relative to the directory of the tests */
  static async open(script: string): Promise<ScriptPage> {
    const code = await bundled(fileURLToPath(new URL(`../${script}`, import.meta.url)));
    // A server on localhost: WebGPU is for secure contexts only.
    const server = createServer((request, response) => {
      const isScript = request.url === "/main.js";
      response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
      response.end(isScript ? code : '<!doctype html><script type="module" src="/main.js"></script>');
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const browser = await chromium.launch({
      executablePath: executable,
      headless: false,
      args: [
        "--headless=new",
        "--no-sandbox",
        "--use-gl=angle",
        "--use-angle=swiftshader",
        "--enable-unsafe-swiftshader",
        "--enable-unsafe-webgpu",
        "--use-webgpu-adapter=swiftshader",
      ],
    });
    const page = await browser.newPage();
    const { port } = server.address() as AddressInfo;
    await page.goto(`http://127.0.0.1:${port}/`);
    return new ScriptPage(server, browser, page);
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.server.close();
  }
}

/** A module and all that it imports, as a page loads them. */
async function bundled(path: string): Promise<string> {
  const build = await rolldown({ input: path, platform: "browser", onLog: () => {} });
  const { output } = await build.generate({ format: "esm", codeSplitting: false });
  await build.close();
  return output[0].code;
}
