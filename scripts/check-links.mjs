// Checks the links of all Markdown files: one within the repository leads to a file that is there, one with an anchor
// to a heading, one to a test file has for its text the name of a test in that file, and one to another source file has for
// its text a name in it, as `f` or `C.f`.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import GithubSlugger from "github-slugger";
import MarkdownIt from "markdown-it";

const root = fileURLToPath(new URL("..", import.meta.url));
const markdown = new MarkdownIt({ html: true });

/**
 * The text between an opening token and its closing one.
 * @param {import("markdown-it").Token[]} tokens
 * @param {number} start where the opening one is
 */
function textAfter(tokens, start) {
  const end = tokens.findIndex((token, i) => i > start && token.type === "link_close");
  return tokens
    .slice(start, end === -1 ? undefined : end)
    .map(({ content }) => content)
    .join("");
}

/**
 * The links and pictures of a text.
 * @param {string} text
 * @returns {{ target: string, text: string }[]}
 */
function linksOf(text) {
  return markdown.parse(text, {}).flatMap(({ children }) =>
    (children ?? []).flatMap((token, i, tokens) => {
      const target = token.attrGet("href") ?? token.attrGet("src");
      return target === null ? [] : [{ target: decodeURI(target), text: textAfter(tokens, i) }];
    }),
  );
}

/**
 * The anchors that GitHub gives to the headings of a text.
 * @param {string} text
 */
function anchorsOf(text) {
  const slugger = new GithubSlugger();
  const tokens = markdown.parse(text, {});
  return tokens
    .filter((_, i) => tokens[i - 1]?.type === "heading_open")
    .map(({ children }) => slugger.slug(textAfter(children ?? [], 0)));
}

/**
 * What is wrong with a link, or null.
 * @param {string} page the file that has it
 * @param {{ target: string, text: string }} link
 */
function problemOf(page, { target, text }) {
  if (/^[a-z]+:/.test(target)) return null;
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? page : join(dirname(page), path);
  if (relative(root, file).startsWith("..")) return "leads out of the repository";
  if (!existsSync(file)) return "leads to no file";
  if (anchor !== undefined && !anchorsOf(readFileSync(file, "utf8")).includes(anchor)) {
    return "leads to no heading";
  }
  if (file.endsWith(".test.ts") && !readFileSync(file, "utf8").includes(text)) {
    return `has the text "${text}", which is in no test there`;
  }
  const names = file.endsWith(".ts") && /^[\w.]+$/.test(text) ? text.split(".") : [];
  const missing = names.find((name) => !new RegExp(`\\b${name}\\b`).test(readFileSync(file, "utf8")));
  if (missing !== undefined) return `names ${missing}, which is not there`;
  return null;
}

const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"], {
  cwd: root,
  encoding: "utf8",
});
const pages = files
  .split("\0")
  .map((path) => join(root, path))
  .filter((path) => path.endsWith(".md") && existsSync(path));
let count = 0;
for (const page of pages) {
  for (const link of linksOf(readFileSync(page, "utf8"))) {
    count += 1;
    const problem = problemOf(page, link);
    if (problem === null) continue;
    console.error(`${relative(root, page)}: the link to ${link.target} ${problem}`);
    process.exitCode = 1;
  }
}
console.log(`${count} links in ${pages.length} pages`);
