import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { tensor } from "@scoretape/autograd";
import { denoise } from "@scoretape/score";
import { loadModel, restored, standardized } from "@scoretape/score/model";
import { readTable } from "@scoretape/score/tables";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { executable, hasBrowser } from "../../autograd/test/support/browser.ts";
import { hasModules, python, requiresOrtInPython } from "../../autograd/test/support/engines.ts";
import { hasOnnxRuntime, installed } from "../../autograd/test/support/onnxRuntime.ts";
import { pages } from "../../autograd/test/support/pages.ts";
import { scoretape } from "./support/cli.ts";
import { makeWorkplace, type Workplace } from "./support/files.ts";

// The lines of the README that use exported models, run as they stand there.

const readme = pages().find(({ path }) => path === "packages/cli/README.md")?.blocks ?? [];
const blockWith = (language: string, words: string): string => {
  const found = readme.filter(({ info, code }) => info[0] === language && code.includes(words));
  expect(found, `a block of ${language} with ${words}`).toHaveLength(1);
  return found[0]?.code ?? "";
};
const commands = blockWith("", "scoretape export out/old-faithful --format onnx");

const hasPage = hasOnnxRuntime("exported models in a page") && hasBrowser;
const hasOrt = await hasModules(["onnxruntime"], requiresOrtInPython);
const hasXla = await hasModules(["jax"], process.env.SCORETAPE_REQUIRE_XLA !== undefined);
if (!hasOrt) console.log("exported models in Python: left out, for python3 cannot import onnxruntime");
if (!hasXla) console.log("exported models in JAX: left out, for python3 cannot import jax");

let place: Workplace;
let expected: { readonly score: readonly number[]; readonly samples: readonly number[] };
const home = process.cwd();
const steps = ["--steps", "60", "--hidden", "16-16", "--samples", "10", "--steps-per-level", "3"];
const modelAt = () => loadModel(readFileSync("out/old-faithful/model.safetensors"));

beforeAll(async () => {
  place = makeWorkplace();
  process.chdir(place.path());
  const run = async (line: string): Promise<string> => {
    const { code, stdout, stderr } = await scoretape(line.split(" ").slice(1));
    if (code === 2) throw new Error(stderr);
    return stdout;
  };
  await run(`scoretape train old-faithful --out out/old-faithful ${steps.join(" ")}`);
  for (const line of commands.trim().split("\n")) await run(line);
  const drawn = await run("scoretape sample out/old-faithful --count 500 --seed 7");
  const x = tensor([
    [3.6, 79],
    [1.8, 54],
  ]);
  expected = { score: [...modelAt().score(x, 0.1).data], samples: [...readTable(drawn).table.values] };
});
afterAll(() => {
  process.chdir(home);
  place.remove();
});

function expectClose(
  found: readonly number[],
  wanted: readonly number[],
  unit: (i: number) => number,
  limit: number,
) {
  expect(found).toHaveLength(wanted.length);
  const worst = wanted.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (found[i] ?? NaN)) / unit(i)),
    0,
  );
  expect(worst).toBeLessThan(limit);
}

/** Sees that a score and samples are those of the library and of the command. */
function expectModel({ score, samples }: typeof expected): void {
  const { deviation } = modelAt().description.standardization;
  const largest = Math.max(...expected.score.map(Math.abs));
  expectClose(score, expected.score, () => largest, 1e-5);
  expectClose(samples, expected.samples, (i) => deviation[i % 2] ?? 1, 1e-4);
}

/** Runs lines of Python in the folder of the files, and tells some of their variables. */
async function inPython(lines: string, names: readonly string[]): Promise<Record<string, number[]>> {
  const told = names.map((name) => `"${name}": np.asarray(${name}, np.float64).ravel().tolist()`);
  const program = `${lines}\nimport json\nprint(json.dumps({${told.join(", ")}}))\n`;
  const env = {
    ...process.env,
    PYTHONPATH: fileURLToPath(new URL("../../xla", import.meta.url)),
  };
  const { stdout } = await promisify(execFile)(python, ["-B", "-c", program], { env, maxBuffer: 2 ** 26 });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}

test.skipIf(!hasOrt)("Python has the score and the samples by ten lines", async () => {
  const { score = [], samples = [] } = await inPython(blockWith("python", "onnxruntime"), [
    "score",
    "samples",
  ]);
  expectModel({ score, samples });
});

test.skipIf(!hasXla)("JAX takes the noise away by a few lines", async () => {
  const { mean = [], deviation = [] } = await inPython(blockWith("python", "scoretape_xla"), [
    "mean",
    "deviation",
  ]);
  const { description, standardScore } = modelAt();
  const { standardization: units } = description;
  const z = standardized(units, tensor([[3, 70]]));
  const clean = denoise(standardScore, z, 0.5, { standardDeviation: true });
  const repeated = (row: ArrayLike<number>): number[] =>
    Array.from({ length: 200 }, (_, i) => row[i % 2] ?? Number.NaN);
  const own = (i: number): number => units.deviation[i % 2] ?? 1;
  expectClose(mean, repeated(restored(units, clean.mean).data), own, 1e-5);
  const deviations = clean.standardDeviation.data.map((value: number, j: number) => value * own(j));
  expectClose(deviation, repeated(deviations), own, 1e-4);
});

describe.skipIf(!hasPage)("a page", () => {
  test("has the score and the samples by ten lines", async () => {
    const map = { imports: { "onnxruntime-web/wasm": "/ort/ort.wasm.bundle.min.mjs" } };
    const lines = blockWith("js", "onnxruntime-web");
    const script = `${lines}\nglobalThis.told = { score: [...score.data], samples: [...samples.data] };`;
    const html = `<!doctype html><script type="importmap">${JSON.stringify(map)}</script><script type="module">${script}</script>`;
    const types: Readonly<Record<string, string>> = { mjs: "text/javascript", wasm: "application/wasm" };
    const dist = new URL("dist/", installed("onnxruntime-web"));
    const server = createServer(({ url = "/" }, response) => {
      const [, name = ""] = /^\/ort\/([\w.-]+)$/.exec(url) ?? [];
      response.setHeader("content-type", types[url.split(".").at(-1) ?? ""] ?? "text/html");
      if (url === "/") response.end(html);
      else if (name !== "") response.end(readFileSync(new URL(name, dist)));
      else if (/^\/\w+\.onnx$/.test(url)) response.end(readFileSync(place.path(url.slice(1))));
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const browser = await chromium.launch({ executablePath: executable, args: ["--no-sandbox"] });
    try {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(String(error)));
      const { port } = server.address() as AddressInfo;
      await page.goto(`http://127.0.0.1:${port}/`);
      await page
        .waitForFunction("globalThis.told !== undefined", undefined, { timeout: 30_000 })
        .catch(() => {});
      expect(complaints).toEqual([]);
      expectModel(await page.evaluate<typeof expected>("globalThis.told"));
    } finally {
      await browser.close();
      server.close();
    }
  });
});
