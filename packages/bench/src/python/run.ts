import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { UsageError } from "../command/usageError.ts";
import { python } from "../implementations/runtimes.ts";

/** The Python that is asked where none is named. */
export const usualPython = process.env.SCORETAPE_PYTHON ?? "python3";

/** Which of some modules a Python lacks: all of them where there is no such Python. */
export function missingModules(path: string, names: readonly string[]): string[] {
  const runtime = python(path, names);
  return names.filter((name) => (runtime?.modules[name] ?? null) === null);
}

/**
 * What a script of `python/` writes to its standard output, given a text.
 *
 * @throws UsageError with the last line of what it said when it fails
 */
export function runScript(path: string, script: string, input: string): Promise<string> {
  // From src/python and from dist/python alike.
  const file = fileURLToPath(new URL(`../../python/${script}`, import.meta.url));
  return new Promise((resolve, reject) => {
    const child = execFile(path, ["-B", file], { maxBuffer: 2 ** 30 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else {
        const why = stderr.trim().split("\n").at(-1)?.slice(0, 300) || (error.signal ?? error.message);
        reject(new UsageError(`${path} ${script} failed: ${why}; --python PATH names another Python`));
      }
    });
    // A process that ends early says why by itself.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}
