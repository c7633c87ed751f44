import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
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
  return statSync(join(repository, path)).isDirectory() ? `source/${path}/index.html` : `source/${path}`;
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

/** Hosts of plain files list no folder: each gets a page that does. Its own pages are shown as texts. */
function listFolder(folder: string, path: string): void {
  const items: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    let { name } = entry;
    if (entry.isDirectory()) listFolder(join(folder, name), `${path}/${name}`);
    else if (name.endsWith(".html")) {
      renameSync(join(folder, name), join(folder, `${name}.txt`));
      name += ".txt";
    }
    const address = entry.isDirectory() ? `${encodeURIComponent(name)}/index.html` : encodeURIComponent(name);
    items.push(`<li><a href="${address}">${escaped(name)}</a></li>`);
  }
  const head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">';
  const title = escaped(path);
  writeFileSync(
    join(folder, "index.html"),
    `<!doctype html>\n<html lang="en">\n${head}\n<title>${title}</title>\n<h1>${title}</h1>\n<ul>\n${items.join("\n")}\n</ul>\n`,
  );
}

/** Copies the files that pages lead to. */
export function copySources(outDir: string): void {
  // A folder before what is in it.
  for (const path of [...wanted].toSorted()) {
    const target = join(outDir, "source", path);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(repository, path), target, {
      recursive: true,
      filter: (file) => !/\/(node_modules|dist)(\/|$)/.test(file),
    });
    if (statSync(target).isDirectory()) listFolder(target, path);
  }
}
