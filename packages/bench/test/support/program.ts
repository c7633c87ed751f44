import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const source = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** What a command left behind. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The benchmark and its workers, made from the sources, file by file: no build comes before the tests. */
export interface Program {
  run(...argv: string[]): Promise<Outcome>;
  witness(...argv: string[]): Promise<Outcome>;
  remove(): void;
}

export async function makeProgram(): Promise<Program> {
  // Below the package, so that its own dependencies are found, and as deep as the sources and the build.
  const cache = source("bench/node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  const directory = mkdtempSync(join(cache, "program-"));
  const entry = (path: string): string => source(`bench/src/${path}.ts`);
  const build = await rolldown({
    input: {
      main: entry("main"),
      "witness/main": entry("witness/main"),
      "machine/roofThread": entry("machine/roofThread"),
      "wholeJob/main": entry("wholeJob/main"),
      "implementations/scoretape/main": entry("implementations/scoretape/main"),
      "implementations/nothing/main": entry("implementations/nothing/main"),
    },
    platform: "node",
    external: /^(?![./]|@scoretape\/)/,
    resolve: {
      alias: {
        "@scoretape/autograd/gpu": source("autograd/src/gpu.ts"),
        "@scoretape/autograd/safetensors": source("autograd/src/safetensors.ts"),
        "@scoretape/autograd": source("autograd/src/index.ts"),
        "@scoretape/score/model": source("score/src/model.ts"),
        "@scoretape/score": source("score/src/index.ts"),
      },
    },
  });
  await build.write({
    dir: directory,
    format: "esm",
    preserveModules: true,
    preserveModulesRoot: source("bench/src"),
  });
  await build.close();
  const running =
    (main: string) =>
    (...argv: string[]): Promise<Outcome> =>
      new Promise((resolve) => {
        execFile(process.execPath, [join(directory, main), ...argv], (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
          resolve({ code, stdout, stderr });
        });
      });
  return {
    run: running("main.js"),
    witness: running("witness/main.js"),
    remove: () => rmSync(directory, { recursive: true }),
  };
}
