import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import MarkdownIt from "markdown-it";

/** A fenced block of a page. */
export interface Block {
  /** What follows the opening fence: the language, then markers. */
  readonly info: readonly string[];
  readonly code: string;
}

/** A page of the documentation. */
export interface Page {
  /** Below the root. */
  readonly path: string;
  readonly blocks: readonly Block[];
  /** What is set as code within its sentences and tables. */
  readonly inlineCode: readonly string[];
}

/** The root of the workspace. */
export const root = fileURLToPath(new URL("../../../../", import.meta.url));

/** The pages at the root, of the packages, in docs and of the guides. */
export function pages(): Page[] {
  const packages = readdirSync(`${root}packages`).map((name) => `packages/${name}/`);
  return ["", ...packages, "docs/", "docs/guides/"].flatMap((folder) =>
    readdirSync(`${root}${folder}`)
      .filter((name) => name.endsWith(".md"))
      .map((name) => pageAt(`${folder}${name}`)),
  );
}

function pageAt(path: string): Page {
  const tokens = new MarkdownIt().parse(readFileSync(`${root}${path}`, "utf8"), {});
  return {
    path,
    blocks: tokens
      .filter(({ type }) => type === "fence")
      .map(({ info, content }) => ({ info: info.trim().split(/\s+/), code: content })),
    inlineCode: tokens
      .flatMap(({ children }) => children ?? [])
      .filter(({ type }) => type === "code_inline")
      .map(({ content }) => content),
  };
}

/** The scripts of the package.json in a folder below the root. */
export function scriptsIn(folder: string): readonly string[] {
  const file = `${root}${folder}package.json`;
  if (!existsSync(file)) return [];
  const { scripts = {} }: { scripts?: Record<string, string> } = JSON.parse(readFileSync(file, "utf8"));
  return Object.keys(scripts);
}
