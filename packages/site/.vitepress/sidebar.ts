import type { DefaultTheme } from "vitepress";

/** The way through all pages but the API's, which has one of its own. */
export const sidebar: DefaultTheme.SidebarItem[] = [
  {
    text: "Course",
    items: [
      { text: "From the Fisher divergence to diffusion", link: "/course" },
      { text: "Digits", link: "/digits" },
    ],
  },
  {
    text: "Guides",
    items: [
      { text: "From zero in Node", link: "/node" },
      { text: "In a page", link: "/page" },
      { text: "On a GPU", link: "/gpu" },
      { text: "With a table", link: "/tables" },
      { text: "With images", link: "/images" },
      { text: "From Python", link: "/python" },
      { text: "Coming from JAX", link: "/coming-from-jax" },
      { text: "Coming from PyTorch", link: "/coming-from-pytorch" },
      { text: "Coming from TensorFlow.js", link: "/coming-from-tensorflow" },
      { text: "Choosing objective and noise", link: "/choosing" },
    ],
  },
  {
    text: "In depth",
    items: [
      { text: "Sharp edges", link: "/sharp-edges" },
      { text: "Posterior samples", link: "/posterior" },
      { text: "The report of a training", link: "/report" },
      { text: "Many devices", link: "/xla" },
      { text: "Architecture", link: "/architecture" },
      { text: "Model files", link: "/model-format" },
      { text: "What stays", link: "/stability" },
    ],
  },
  {
    text: "Measured",
    items: [
      { text: "Benchmark", link: "/benchmark" },
      { text: "How it is tested", link: "/testing" },
      { text: "The laboratory", link: "/laboratory" },
      { text: "How well it learns", link: "/learning" },
      { text: "Beside PyTorch", link: "/witness" },
      { text: "Exported programs agree", link: "/agreement" },
      { text: "What many devices pay", link: "/scaling" },
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
];
