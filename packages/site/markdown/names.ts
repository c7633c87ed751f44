import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { MarkdownRenderer } from "vitepress";
import { apiPage, type Library } from "./api/address.ts";

const pages = fileURLToPath(new URL("../pages", import.meta.url));

/** The libraries whose names a file speaks of, the one that it means first. */
function librariesOf(source: unknown): readonly Library[] {
  if (typeof source !== "string") return [];
  if (source.startsWith("packages/score/")) return ["score", "autograd"];
  return /^(packages\/autograd|docs\/(guides|sharp-edges))/.test(source) ? ["autograd", "score"] : [];
}

/** A public name in the texts of the libraries and of the guides leads to its page of the API, unless it is in a link already. */
export function names(md: MarkdownRenderer): void {
  md.core.ruler.push("names", (state) => {
    const libraries = librariesOf(state.env.frontmatter?.source);
    const pageOf = (name: string): string | undefined =>
      libraries.map((library) => apiPage(library, name)).find((page) => existsSync(`${pages}${page}.md`));
    for (const [i, token] of state.tokens.entries()) {
      if (state.tokens[i - 1]?.type === "heading_open") continue;
      let isInLink = false;
      token.children =
        token.children?.flatMap((child) => {
          if (child.type === "link_open") isInLink = true;
          if (child.type === "link_close") isInLink = false;
          const isName = child.type === "code_inline" && /^[\w.]+$/.test(child.content);
          const page = isName && !isInLink ? pageOf(child.content) : undefined;
          if (page === undefined) return [child];
          const open = new state.Token("link_open", "a", 1);
          open.attrSet("href", page);
          return [open, child, new state.Token("link_close", "a", -1)];
        }) ?? null;
    }
  });
}
