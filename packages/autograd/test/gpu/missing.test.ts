import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GPU_JS } from "../../src/backends/gpu/library.ts";

const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

describe("the subpath gpu where gpu.js is not installed", () => {
  const folder = mkdtempSync(join(tmpdir(), "scoretape-gpu-"));
  const own = join(folder, "node_modules/@scoretape/autograd");

  beforeAll(async () => {
    // As npm would install it, in a folder from which nothing else is found.
    const bundle = await rolldown({
      input: fileURLToPath(new URL("../../src/gpu.ts", import.meta.url)),
      platform: "neutral",
      external: /^[^./]/,
    });
    await bundle.write({ dir: own, format: "esm" });
    await bundle.close();
    const { name, peerDependencies, peerDependenciesMeta } = manifest;
    const exports = { "./gpu": "./gpu.js" };
    writeFileSync(
      join(own, "package.json"),
      JSON.stringify({ name, type: "module", exports, peerDependencies, peerDependenciesMeta }),
    );
    const program = (call: string): string =>
      `import { gpu, gpuBackend } from "@scoretape/autograd/gpu";\n${call}\n`;
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(
      join(folder, "program.js"),
      program(
        "await gpu().catch((e) => console.log(e.message)); try { gpuBackend() } catch (e) { console.log(e.message) }",
      ),
    );
    writeFileSync(join(folder, "page.js"), program("globalThis.open = () => [gpu(), gpuBackend];"));
    writeFileSync(join(folder, "index.html"), '<script type="module" src="./page.js"></script>');
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const buildPage = async (): Promise<number> => {
    await build({ root: folder, logLevel: "silent", build: { target: "es2022", emptyOutDir: true } });
    const assets = join(folder, "dist/assets");
    return readdirSync(assets).reduce((bytes, file) => bytes + statSync(join(assets, file)).size, 0);
  };

  test("loads, and gpu() and gpuBackend() say what to install", () => {
    const said = execFileSync(process.execPath, ["program.js"], { cwd: folder, encoding: "utf8" });
    expect(said.trim().split("\n")).toEqual(
      ["gpu", "gpuBackend"].map((name) =>
        expect.stringMatching(`^${name}: .*gpu.js.*npm install ${GPU_JS}$`),
      ),
    );
  });

  test("the version is the one of the manifest", () => {
    expect(GPU_JS).toBe(`gpu.js@${manifest.peerDependencies["gpu.js"]}`);
  });

  test("a page that imports it is built by Vite, without gpu.js and with it", async () => {
    const without = await buildPage();
    mkdirSync(join(folder, "node_modules"), { recursive: true });
    symlinkSync(
      fileURLToPath(new URL("../../../../node_modules/gpu.js", import.meta.url)),
      join(folder, "node_modules/gpu.js"),
    );
    expect((await buildPage()) - without).toBeGreaterThan(100_000);
  });
});
