// What a release consists of, in order.
import { created } from "./create.mjs";
import { checkLicences } from "./licences.mjs";
import { checkChangesets, checkPackages, checkTree, checkVersions, pack } from "./pack.mjs";
import { inPage } from "./pages.mjs";
import { onBun, onDeno, onNode, onThisNode } from "./runtimes.mjs";
import { run } from "./shell.mjs";

/**
 * A part: it gives its result in a line ("left out: …" where something is not there), or throws. What is needed by others runs
 * whatever is asked for.
 * @typedef {import("./shell.mjs").Release} Release
 * @typedef {{ name: string, needed?: true, run: (release: Release) => string | Promise<string> }} Part
 */

/** @type {Part[]} */
export const parts = [
  { name: "tree", run: checkTree },
  { name: "changesets", run: checkChangesets },
  { name: "versions", run: checkVersions },
  {
    name: "build",
    needed: true,
    run({ root }) {
      run("npm", ["run", "--silent", "build"], root);
      return "tsc, rolldown";
    },
  },
  { name: "pack", needed: true, run: pack },
  { name: "packages", run: checkPackages },
  {
    name: "api",
    run: ({ root }) => run(process.execPath, ["scripts/api/main.mjs"], root).trim(),
  },
  { name: "licences", run: checkLicences },
  {
    name: "types",
    run({ root }) {
      const said = run("npm", ["run", "--silent", "check:types"], root);
      return `${said.match(/: right$/gm)?.length ?? 0} settings of TypeScript 5.8 to 7.0`;
    },
  },
  { name: "here", run: onThisNode },
  { name: "node-22", run: (release) => onNode(release, 22) },
  { name: "node-26", run: (release) => onNode(release, 26) },
  { name: "deno", run: onDeno },
  { name: "bun", run: onBun },
  ...["vite", "webpack", "esbuild"].map((name) => ({
    name,
    /** @param {Release} release */
    run: (release) => inPage(release, name),
  })),
  .../** @type {const} */ (["script", "page", "table"]).map((name) => ({
    name: `create-${name}`,
    /** @param {Release} release */
    run: (release) => created(release, name),
  })),
];
