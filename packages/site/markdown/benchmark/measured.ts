import type { MarkdownRenderer } from "vitepress";
import { latestReport, sectionsOf } from "./sections.ts";

/** `<!-- measured: ratios -->` becomes what the last whole run of the benchmark says of it. */
export function measured(md: MarkdownRenderer): void {
  const sections = sectionsOf(latestReport());
  md.core.ruler.before("normalize", "measured", (state) => {
    state.src = state.src.replace(/<!-- measured: (\w+) -->/g, (_, name: string) => {
      const section = sections[name];
      if (section === undefined) throw new Error(`the benchmark has no section ${name}`);
      return section();
    });
  });
}
