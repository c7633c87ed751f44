import type { DefaultTheme } from "vitepress";

const group = (text: string, pages: Readonly<Record<string, string>>): DefaultTheme.SidebarItem => ({
  text,
  items: Object.entries(pages).map(([link, title]) => ({ text: title, link })),
});

/** The way through all pages but the API's, which has one of its own. */
export const sidebar: DefaultTheme.SidebarItem[] = [
  group("Course", {
    "/course": "From the Fisher divergence to diffusion",
    "/digits": "Digits",
    "/playground": "Playground",
  }),
  group("Guides", {
    "/node": "From zero in Node",
    "/page": "In a page",
    "/gpu": "On a GPU",
    "/tables": "With a table",
    "/images": "With images",
    "/python": "From Python",
    "/coming-from-jax": "Coming from JAX",
    "/coming-from-pytorch": "Coming from PyTorch",
    "/coming-from-tensorflow": "Coming from TensorFlow.js",
    "/choosing": "Choosing objective and noise",
  }),
  group("In depth", {
    "/sharp-edges": "Sharp edges",
    "/posterior": "Posterior samples",
    "/report": "The report of a training",
    "/xla": "Many devices",
    "/architecture": "Architecture",
    "/model-format": "Model files",
    "/stability": "What stays",
  }),
  group("Measured", {
    "/benchmark": "Benchmark",
    "/testing": "How it is tested",
    "/laboratory": "The laboratory",
    "/learning": "How well it learns",
    "/witness": "Beside PyTorch",
    "/agreement": "Exported programs agree",
    "/scaling": "What many devices pay",
  }),
  group("Packages", {
    "/autograd": "@scoretape/autograd",
    "/score": "@scoretape/score",
    "/command": "The command",
  }),
];
