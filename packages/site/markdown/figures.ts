import type { MarkdownRenderer } from "vitepress";
import { references } from "../figures/parts/references.ts";
import { sourceOf } from "./pages.ts";

/** The figures of the course, by the heading of their section. */
const figuresBySection: Readonly<Record<string, string>> = {
  "The Fisher divergence": "FisherDivergence",
  "Integration by parts": "IntegrationByParts",
  Slicing: "SlicedTrace",
  Denoising: "DenoisingTargets",
  "Tweedie's formula": "TweedieEllipse",
  Sampling: "LangevinStep",
  "Slow mixing": "SlowMixing",
  Diffusion: "DiffusionPaths",
};

/** Where the course is shown, each figure comes before the code and the laws of its section, or at its end. */
export function figures(md: MarkdownRenderer): void {
  for (const path of Object.values(references).flatMap(({ source, law }) => [source, law])) {
    if (sourceOf(path) === null) throw new Error(`figures lead to ${path}, which is no file`);
  }
  md.core.ruler.push("figures", (state) => {
    if (state.env.frontmatter?.source !== "docs/score-matching.md") return;
    const { tokens } = state;
    const placed = new Set<string>();
    let due: string | undefined;
    const out: typeof tokens = [];
    tokens.forEach((token, i) => {
      const isHeading = token.type === "heading_open";
      const isCode =
        token.type === "bullet_list_open" &&
        token.level === 0 &&
        /^Code: /.test(tokens[i + 3]?.content ?? "");
      if (due !== undefined && (isHeading || isCode)) {
        const figure = new state.Token("html_block", "", 0);
        figure.content = `<ClientOnly><${due} /></ClientOnly>\n`;
        out.push(figure);
        placed.add(due);
        due = undefined;
      }
      if (isHeading) due = figuresBySection[tokens[i + 1]?.content ?? ""];
      out.push(token);
    });
    const missing = Object.values(figuresBySection).filter((name) => !placed.has(name));
    if (missing.length > 0) throw new Error(`no section of the course has the figures ${missing.join(", ")}`);
    state.tokens = out;
  });
}
