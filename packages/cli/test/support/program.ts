import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import type { Outcome } from "./cli.ts";

const source = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** The program, made from the sources: no build comes before the tests. */
export interface Program {
  /** Starts it in a process of its own, with a module before it if there is one to watch it. */
  start(argv: readonly string[], options?: { readonly watch: string }): Running;
  /** Its file, for Node to run. */
  readonly path: string;
  remove(): void;
}

export interface Running {
  readonly process: ChildProcess;
  /** What it left behind; the code is null where a signal ended it. */
  readonly outcome: Promise<Omit<Outcome, "code"> & { code: number | null; signal: NodeJS.Signals | null }>;
}

export async function makeProgram(): Promise<Program> {
  // Below the package, so that its own dependencies are found.
  const cache = source("cli/node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  const directory = mkdtempSync(join(cache, "program-"));
  const main = join(directory, "main.mjs");
  const build = await rolldown({
    input: source("cli/src/main.ts"),
    platform: "node",
    external: /^(?![./]|@scoretape\/)/,
    resolve: {
      alias: {
        "@scoretape/autograd/export": source("autograd/src/export.ts"),
        "@scoretape/autograd/safetensors": source("autograd/src/safetensors.ts"),
        "@scoretape/autograd": source("autograd/src/index.ts"),
        "@scoretape/score/tables": source("score/src/tables.ts"),
        "@scoretape/score/model": source("score/src/model.ts"),
        "@scoretape/score": source("score/src/index.ts"),
      },
    },
  });
  // In parts, as it is published: a verb loads only what it uses.
  await build.write({ dir: directory, format: "esm", entryFileNames: "main.mjs" });
  await build.close();
  return {
    path: main,
    start(argv, options) {
      const before = options === undefined ? [] : ["--import", `data:text/javascript,${options.watch}`];
      const child = spawn(process.execPath, [...before, main, ...argv], {
        stdio: ["ignore", "pipe", "pipe"],
      });
      let stdout = "";
      let stderr = "";
      child.stdout.on("data", (chunk: Buffer) => {
        stdout += chunk.toString();
      });
      child.stderr.on("data", (chunk: Buffer) => {
        stderr += chunk.toString();
      });
      const outcome = new Promise<Awaited<Running["outcome"]>>((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
      });
      return { process: child, outcome };
    },
    remove: () => rmSync(directory, { recursive: true }),
  };
}
