import type { MarkdownRenderer } from "vitepress";
import { references } from "../figures/parts/references.ts";
import { sourceOf } from "./pages.ts";

/** The figures of the course, by the heading of their section. */
const figuresBySection: Readonly<Record<string, readonly string[]>> = {
  "The Fisher divergence": ["FisherDivergence"],
  "Integration by parts": ["IntegrationByParts"],
  Slicing: ["SlicedTrace", "TraceCost"],
  Denoising: ["DenoisingTargets"],
  "Tweedie's formula": ["TweedieEllipse"],
  Sampling: ["LangevinStep"],
  "Data on a surface": ["ManifoldPitfall"],
  "Where data are rare": ["RareData"],
  "Slow mixing": ["SlowMixing"],
  "Annealed Langevin sampling": ["AnnealedChains"],
  Diffusion: ["DiffusionPaths", "LikelihoodPath"],
};

/** Where the course is shown, the figures come before the code and the laws of its section, or at their end. */
export function figures(md: MarkdownRenderer): void {
  for (const path of Object.values(references).flatMap(({ source, law }) => [source, law])) {
    if (sourceOf(path) === null) throw new Error(`figures lead to ${path}, which is no file`);
  }
  md.core.ruler.push("figures", (state) => {
    if (state.env.frontmatter?.source !== "docs/score-matching.md") return;
    const { tokens } = state;
    const placed = new Set<string>();
    let due: readonly string[] = [];
    const out: typeof tokens = [];
    tokens.forEach((token, i) => {
      const isHeading = token.type === "heading_open";
      const isCode =
        token.type === "bullet_list_open" &&
        token.level === 0 &&
        /^Code: /.test(tokens[i + 3]?.content ?? "");
      if (isHeading || isCode) {
        for (const name of due) {
          const figure = new state.Token("html_block", "", 0);
          figure.content = `<ClientOnly><${name} /></ClientOnly>\n`;
          out.push(figure);
          placed.add(name);
        }
        due = [];
      }
      if (isHeading) due = figuresBySection[tokens[i + 1]?.content ?? ""] ?? [];
      out.push(token);
    });
    const missing = Object.values(figuresBySection)
      .flat()
      .filter((name) => !placed.has(name));
    if (missing.length > 0) throw new Error(`no section of the course has the figures ${missing.join(", ")}`);
    state.tokens = out;
  });
}
