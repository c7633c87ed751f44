import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";
import { figures } from "../markdown/figures.ts";
import { links } from "../markdown/links.ts";
import { mathematics } from "../markdown/mathematics.ts";
import { copySources, pagesOf } from "../markdown/pages.ts";

const site = fileURLToPath(new URL("..", import.meta.url));
const source = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
/** Where the site stands on its host: "/" or "/scoretape/". */
const base = process.env.SITE_BASE ?? "/";
const pages = pagesOf(`${site}/pages`);

export default defineConfig({
  title: "scoretape",
  description: "Score matching, from the Fisher divergence to diffusion, on an engine that runs in this page",
  base,
  head: [["link", { rel: "icon", href: "data:," }]],
  srcDir: "pages",
  outDir: "dist",
  markdown: {
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    config: (md) => void md.use(mathematics).use(links, { pages, base }).use(figures),
  },
  themeConfig: {
    nav: [
      { text: "Course", link: "/course" },
      { text: "Guides", link: "/tables" },
    ],
    sidebar: [
      { text: "Course", items: [{ text: "From the Fisher divergence to diffusion", link: "/course" }] },
      {
        text: "Guides",
        items: [
          { text: "Tables", link: "/tables" },
          { text: "Posterior samples", link: "/posterior" },
          { text: "Many devices", link: "/xla" },
          { text: "What many devices pay", link: "/scaling" },
          { text: "Sharp edges", link: "/sharp-edges" },
          { text: "The report of a training", link: "/report" },
          { text: "Architecture", link: "/architecture" },
          { text: "Model files", link: "/model-format" },
        ],
      },
      {
        text: "Measured",
        items: [
          { text: "The laboratory", link: "/laboratory" },
          { text: "How well it learns", link: "/learning" },
          { text: "Beside PyTorch", link: "/witness" },
          { text: "Exported programs agree", link: "/agreement" },
        ],
      },
      {
        text: "Packages",
        items: [
          { text: "@scoretape/autograd", link: "/autograd" },
          { text: "@scoretape/score", link: "/score" },
          { text: "The command", link: "/command" },
        ],
      },
    ],
    outline: [2, 3],
    search: { provider: "local" },
  },
  // The pages stand without their sources: the files that they lead to come along.
  buildEnd: ({ outDir }) => copySources(outDir),
  vite: {
    resolve: {
      alias: [
        { find: /^@scoretape\/(\w+)$/, replacement: source("$1/src/index.ts") },
        { find: /^@scoretape\/(\w+)\/(\w+)$/, replacement: source("$1/src/$2.ts") },
      ],
    },
    worker: { format: "es" },
  },
});
