import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

// The pages are built and looked at in a browser: `npm run site:test`.
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  resolve: {
    alias: [
      { find: /^@scoretape\/(\w+)$/, replacement: source("$1/src/index.ts") },
      { find: /^@scoretape\/(\w+)\/(\w+)$/, replacement: source("$1/src/$2.ts") },
    ],
  },
  test: {
    globalSetup: ["test/setup.ts"],
    include: ["{test,commands}/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
