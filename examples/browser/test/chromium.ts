import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** Where Debian's package puts it; another path can be given in CHROMIUM. */
const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** Whether there is a browser to test in. Where SCORETAPE_REQUIRE_CHROMIUM is set, there has to be one. */
export const hasChromium: boolean =
  existsSync(executablePath) || process.env["SCORETAPE_REQUIRE_CHROMIUM"] !== undefined;

/** Chromium with its software renderer for WebGL and WebGPU, without a window and without calls to the network. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    headless: false,
    args: [
      "--headless=new",
      "--no-sandbox",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--use-gl=angle",
      "--use-angle=swiftshader",
      "--enable-unsafe-swiftshader",
      "--enable-unsafe-webgpu",
      "--use-webgpu-adapter=swiftshader",
    ],
  });
}
