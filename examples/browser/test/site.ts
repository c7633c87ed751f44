import { fileURLToPath } from "node:url";
import type { InlineConfig } from "vite";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const source = (relative: string): string => path(`../../../packages/${relative}`);

/** How the tests build and serve the page: from the packages' sources, so that no build comes before them. */
export const site: InlineConfig = {
  root: path(".."),
  logLevel: "error",
  resolve: {
    alias: [
      { find: /^@scoretape\/(\w+)$/, replacement: source("$1/src/index.ts") },
      { find: /^@scoretape\/(\w+)\/(\w+)$/, replacement: source("$1/src/$2.ts") },
    ],
  },
};

/** An address that only this machine reaches. */
export const local = { port: 0, host: "127.0.0.1" };
