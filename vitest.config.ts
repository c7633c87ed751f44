import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(`packages/${path}`, import.meta.url));

export default defineConfig(({ mode }) => ({
  resolve: {
    // Tests run on the sources: no build comes before them.
    alias: [
      { find: /^@scoretape\/(\w+)$/, replacement: source("$1/src/index.ts") },
      { find: /^@scoretape\/(\w+)\/(\w+)$/, replacement: source("$1/src/$2.ts") },
    ],
  },
  test: {
    include: ["packages/*/test/**/*.test.ts", "examples/*/test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // `--mode long`: the runs that look for leaks go all the way.
    env: mode === "long" ? { SCORETAPE_STEPS: "10000" } : {},
  },
}));
