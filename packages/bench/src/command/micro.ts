import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { MicroRecord } from "../report/record.ts";

const start = promisify(execFile);

/** Room for a young generation that a single step does not fill: allocations are counted before they are collected. */
const FLAGS = ["--max-semi-space-size=256", "--min-semi-space-size=128"];

/** Runs a suite of microbenchmarks in a process of its own; a suite that breaks is told of and leaves no records. */
export async function runMicro(
  suite: string,
  quick: boolean,
  log: (line: string) => void,
): Promise<MicroRecord[]> {
  const main = fileURLToPath(new URL("../micro/main.js", import.meta.url));
  const args = [...(suite === "allocation" ? FLAGS : []), main, suite, quick ? "quick" : "thorough"];
  try {
    const { stdout } = await start(process.execPath, args, { maxBuffer: 64e6 });
    return stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line): MicroRecord => JSON.parse(line));
  } catch (error) {
    log(`  ${suite}: failed: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}
