import katex from "katex";
import type { MarkdownRenderer } from "vitepress";

const shown = (formula: string, displayMode: boolean): string => {
  const html = katex.renderToString(formula, { displayMode, throwOnError: true, strict: "error" });
  return displayMode ? `<div v-pre class="formula" tabindex="0">${html}</div>` : `<span v-pre>${html}</span>`;
};

/** Formulas as GitHub writes them: $`x`$ in a line, and blocks of code in the language "math". */
export function mathematics(md: MarkdownRenderer): void {
  md.inline.ruler.before("backticks", "mathematics", (state, silent) => {
    const [all, formula] = /^\$`([^`]+)`\$/.exec(state.src.slice(state.pos)) ?? [];
    if (all === undefined || formula === undefined) return false;
    if (!silent) state.push("html_inline", "", 0).content = shown(formula, false);
    state.pos += all.length;
    return true;
  });
  // "$" is a place at which text ends only where a rule says so.
  const fence = md.renderer.rules.fence;
  md.renderer.rules.fence = (tokens, index, ...rest) => {
    const token = tokens[index];
    if (token?.info.trim() === "math") return shown(token.content, true);
    return fence?.(tokens, index, ...rest) ?? "";
  };
}
