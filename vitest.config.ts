import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(`packages/${path}`, import.meta.url));

/** Modes in which some tests do more than usual: a run that looks for leaks goes all the way, more trainings are killed. */
const more: Readonly<Record<string, Record<string, string>>> = {
  long: { SCORETAPE_STEPS: "10000" },
  kill: { SCORETAPE_KILLS: "50" },
};

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
    // The site has tools of its own: npm run site:test.
    exclude: ["packages/site/**", "**/node_modules/**"],
    // Most of a worker's time is that of one thread: one for each core.
    maxWorkers: "100%",
    testTimeout: 120_000,
    hookTimeout: 120_000,
    env: more[mode] ?? {},
  },
}));
