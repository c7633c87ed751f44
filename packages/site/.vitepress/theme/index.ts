import "katex/dist/katex.min.css";
import "./benchmark.css";
import type { Theme } from "vitepress";
import DefaultTheme from "vitepress/theme-without-fonts";
import { type Component, defineAsyncComponent } from "vue";
// After the theme, which it changes.
import "./site.css";
import "./figures.css";

const figures = import.meta.glob<Component>("../../figures/*.vue", { import: "default" });

const theme: Theme = {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    for (const [path, load] of Object.entries(figures)) {
      const name = path.replace(/^.*\/(\w+)\.vue$/, "$1");
      app.component(name, defineAsyncComponent(load));
    }
  },
};
export default theme;
