import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { rolldown } from "rolldown";

/** The Chromium of the tests. */
export const executable = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Whether there is a Chromium to open pages in, or one is required (SCORETAPE_REQUIRE_CHROMIUM). */
export const hasBrowser = existsSync(executable) || process.env.SCORETAPE_REQUIRE_CHROMIUM !== undefined;

/** A page with a script, in a Chromium whose GPU is SwiftShader. */
export class ScriptPage {
  private readonly server: Server;
  private readonly browser: Browser;
  private readonly page: Page;

  private constructor(server: Server, browser: Browser, page: Page) {
    this.server = server;
    this.browser = browser;
    this.page = page;
  }

  /** @param script the address of a module */
  static async open(script: URL): Promise<ScriptPage> {
    const code = await bundled(fileURLToPath(script));
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

  /** Calls a function of the script's, which takes and returns what JSON can say. */
  call<Result>(name: string, ...parameters: readonly unknown[]): Promise<Result> {
    return this.page.evaluate<Result>(`${name}(...${JSON.stringify(parameters)})`);
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.server.close();
  }
}

const source = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** A module and all that it imports, as a page loads them. */
async function bundled(path: string): Promise<string> {
  const build = await rolldown({
    input: path,
    platform: "browser",
    onLog: () => {},
    // The sources, as in the other tests: no build comes before them.
    resolve: {
      alias: {
        "@scoretape/autograd/gpu": source("autograd/src/gpu.ts"),
        "@scoretape/autograd/safetensors": source("autograd/src/safetensors.ts"),
        "@scoretape/autograd": source("autograd/src/index.ts"),
        "@scoretape/score/images": source("score/src/images.ts"),
        "@scoretape/score/synthetic": source("score/src/synthetic.ts"),
        "@scoretape/score/model": source("score/src/model.ts"),
        "@scoretape/score": source("score/src/index.ts"),
      },
    },
  });
  const { output } = await build.generate({ format: "esm", codeSplitting: false });
  await build.close();
  return output[0].code;
}
