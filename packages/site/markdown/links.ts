import { posix } from "node:path";
import type { MarkdownRenderer } from "vitepress";
import { type Pages, sourceOf } from "./pages.ts";

interface LinksOptions {
  readonly pages: Pages;
  readonly base: string;
}

/**
 * The links of a file that a page shows are written for the place where the file stands: they lead to the page of the file
 * that they mean, or to a copy of it, and pictures are found from the page.
 */
export function links(md: MarkdownRenderer, { pages, base }: LinksOptions): void {
  md.core.ruler.push("links", ({ tokens, env }) => {
    const source: unknown = env.frontmatter?.source;
    if (typeof source !== "string") return;
    const folder = posix.dirname(source);
    const rewritten = (href: string): string => {
      const [path = "", hash] = href.split("#");
      const target = posix.normalize(posix.join(folder, path));
      const page = pages.get(target);
      if (page !== undefined) return `./${page}${hash === undefined ? "" : `#${hash}`}`;
      const copy = sourceOf(target.replace(/\/$/, ""));
      if (copy === null) throw new Error(`${source} links to ${href}, which is no file`);
      return `${base}${copy}`;
    };
    for (const { children } of tokens) {
      for (const token of children ?? []) {
        if (token.type === "link_open") {
          const href = token.attrGet("href");
          if (href === null || /^(\w+:|#|\/)/.test(href)) continue;
          const own = rewritten(decodeURI(href));
          token.attrSet("href", own);
          // A file is opened as it is.
          if (!own.startsWith("./")) token.attrSet("target", "_self");
        }
        if (token.type === "image") {
          const src = token.attrGet("src");
          if (src === null || /^(\w+:|\/)/.test(src)) continue;
          token.attrSet("src", posix.join("../../..", folder, src));
        }
      }
    }
  });
}
