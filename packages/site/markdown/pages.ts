import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../../..", import.meta.url));

/** The page that shows a file of the repository: by the file's path, the page's name. */
export type Pages = ReadonlyMap<string, string>;

/** The pages of a folder that say in their front matter which file of the repository they show. */
export function pagesOf(folder: string): Pages {
  const pages = new Map<string, string>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".md"))) {
    const [, source] = /^source: (.+)$/m.exec(readFileSync(join(folder, file), "utf8")) ?? [];
    if (source !== undefined) pages.set(source, file);
  }
  return pages;
}

const wanted = new Set<string>();

/** Notes that a page leads to a file of the repository, and says where in the site it will be; null where there is none. */
export function sourceOf(path: string): string | null {
  if (path.startsWith("..") || !existsSync(join(repository, path))) return null;
  wanted.add(path);
  return `source/${path}`;
}

/** Copies the files that pages lead to. */
export function copySources(outDir: string): void {
  for (const path of wanted) {
    const target = join(outDir, "source", path);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(repository, path), target, {
      recursive: true,
      filter: (file) => !file.includes("node_modules"),
    });
  }
}
