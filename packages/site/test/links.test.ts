import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";

const { folder, base } = inject("site");

const pages = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
  file.endsWith(".html"),
);
const texts = new Map(pages.map((page) => [page, readFileSync(join(folder, page), "utf8")]));
const unescaped = (text: string): string => text.replaceAll("&amp;", "&").replaceAll("&quot;", '"');
const valuesOf = (page: string, attribute: RegExp): string[] =>
  [...(texts.get(page) ?? "").matchAll(attribute)].map(([, value = ""]) => unescaped(value));
const ids = new Map(pages.map((page) => [page, new Set(valuesOf(page, / id="([^"]*)"/g))]));

/** What a link of a page leads to is missing, by a host of plain files; null where it is there. */
function missing(page: string, href: string): string | null {
  const { pathname, hash, protocol } = new URL(href, `site:${base}${page}`);
  if (protocol !== "site:") return null;
  const path = decodeURIComponent(pathname);
  if (!path.startsWith(base)) return "stands outside the site";
  const file = path.endsWith("/") ? `${path.slice(base.length)}index.html` : path.slice(base.length);
  if (!existsSync(join(folder, file)) || !statSync(join(folder, file)).isFile()) return "is no file";
  const anchor = decodeURIComponent(hash.slice(1));
  // The playground keeps its state there.
  if (anchor === "" || file === "playground.html") return null;
  return ids.get(file)?.has(anchor) === false ? "has no such heading" : null;
}

test("every link of every page leads to a file of the site, and to a heading that is there", () => {
  const dead = new Set<string>();
  let links = 0;
  for (const page of pages) {
    for (const href of valuesOf(page, / (?:href|src)="([^"]*)"/g)) {
      links += 1;
      const why = missing(page, href);
      if (why !== null) dead.add(`${href} of ${page} ${why}`);
    }
  }
  expect(links).toBeGreaterThan(10_000);
  expect([...dead]).toEqual([]);
});

test("the way through the site comes to every page but the first", () => {
  const from = new Set(valuesOf("course.html", / href="([^"#]*)/g).map((href) => href.slice(base.length)));
  const own = pages.filter((page) => !/^(api|source)\/|^(index|404)\.html$/.test(page));
  expect(own.filter((page) => !from.has(page))).toEqual([]);
});
