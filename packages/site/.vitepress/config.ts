import { fileURLToPath } from "node:url";
import { slug } from "github-slugger";
import { defineConfig } from "vitepress";
import { writeApiPages } from "../markdown/api/pages.ts";
import { measured } from "../markdown/benchmark/measured.ts";
import { figures } from "../markdown/figures.ts";
import { links } from "../markdown/links.ts";
import { mathematics } from "../markdown/mathematics.ts";
import { names } from "../markdown/names.ts";
import { copySources, pagesOf } from "../markdown/pages.ts";
import { searchable } from "../markdown/search.ts";
import { sidebar } from "./sidebar.ts";

const site = fileURLToPath(new URL("..", import.meta.url));
const source = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
/** Where the site stands on its host: "/" or "/scoretape/". */
const base = process.env.SITE_BASE ?? "/";
const pages = pagesOf(`${site}/pages`);
const api = await writeApiPages(`${site}/pages/api`);

export default defineConfig({
  title: "scoretape",
  description: "Score matching, from the Fisher divergence to diffusion, on an engine that runs in this page",
  base,
  head: [["link", { rel: "icon", href: "data:," }]],
  srcDir: "pages",
  outDir: "dist",
  // What all pages share stands once, not in each of them.
  metaChunk: true,
  markdown: {
    image: { lazyLoading: true },
    // Texts lead to headings by the names that they have on GitHub, which check:links holds them to.
    anchor: { slugify: slug },
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    config: (md) =>
      void md.use(mathematics).use(links, { pages, base }).use(figures).use(names).use(measured),
  },
  themeConfig: {
    nav: [
      { text: "Course", link: "/course" },
      { text: "Playground", link: "/playground" },
      { text: "Guides", link: "/node" },
      { text: "API", link: "/api/" },
      { text: "Benchmark", link: "/benchmark" },
    ],
    sidebar: { "/": sidebar, "/api/": api },
    outline: [2, 3],
    search: { provider: "local", options: { _render: searchable } },
  },
  // The pages stand without their sources: the files that they lead to come along.
  buildEnd: ({ outDir }) => copySources(outDir),
  vite: {
    // Modules wait at their top, as the library does.
    build: { minify: "terser", target: "es2022" },
    resolve: {
      alias: [
        { find: /^@scoretape\/(\w+)$/, replacement: source("$1/src/index.ts") },
        { find: /^@scoretape\/(\w+)\/(\w+)$/, replacement: source("$1/src/$2.ts") },
      ],
    },
    worker: { format: "es" },
  },
});
