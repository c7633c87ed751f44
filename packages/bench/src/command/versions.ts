import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Runtimes } from "../implementations/candidates.ts";

const packages = ["@jax-js/jax", "@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm", "gpu.js", "mitata"];

/** The versions of everything that is compared; `absent` where it is not there. */
export function versionsOf({ nodes, python }: Runtimes): Record<string, string> {
  return {
    ...Object.fromEntries(nodes.slice(1).map(({ path, version }) => [path, version])),
    ...Object.fromEntries(packages.map((name) => [name, packageVersion(name)])),
    ...Object.fromEntries(
      Object.entries(python?.modules ?? {}).map(([name, version]) => [name, version ?? "absent"]),
    ),
  };
}

function packageVersion(name: string): string {
  // Not every package lets its package.json be imported.
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    try {
      const { version }: { version?: unknown } = JSON.parse(
        readFileSync(join(folder, name, "package.json"), "utf8"),
      );
      return String(version);
    } catch {
      // The next folder may have it.
    }
  }
  return "absent";
}
