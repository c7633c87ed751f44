import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vitepress";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The built pages, and where on their host they stand. */
    site: { readonly folder: string; readonly base: string };
  }
}

/** Not at the root of its host: nothing may count on that. */
const BASE = "/course-of-a-lecture/";

/** Builds the pages once for all tests; SITE_BUILT names a folder with such a build that is there. */
export default async function setup(project: TestProject): Promise<() => void> {
  const { SITE_BUILT } = process.env;
  const folder = SITE_BUILT ?? mkdtempSync(join(tmpdir(), "scoretape-site-"));
  if (SITE_BUILT === undefined) {
    // As `npm run site` is told it: links to copies of files are of it too.
    process.env.SITE_BASE = BASE;
    await build(fileURLToPath(new URL("..", import.meta.url)), { outDir: folder });
  }
  project.provide("site", { folder, base: BASE });
  return () => {
    if (SITE_BUILT === undefined) rmSync(folder, { recursive: true });
  };
}
