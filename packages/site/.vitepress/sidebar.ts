import type { DefaultTheme } from "vitepress";

/** The way through all pages but the API's, which has one of its own. */
export const sidebar: DefaultTheme.SidebarItem[] = [
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
];
