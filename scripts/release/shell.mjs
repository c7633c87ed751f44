// What the parts of a release share: programs that are run, and folders that are prepared.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";

/**
 * What all parts are told.
 * @typedef {{ root: string, place: string, tarballs: Record<string, string>, expected?: string }} Release
 */

/**
 * Runs a program and gives what it prints. Throws, with the end of what it said, where it ends with another code than 0.
 * @param {string} program
 * @param {readonly string[]} words
 * @param {string} cwd
 * @param {Record<string, string>} [env]
 */
export function run(program, words, cwd, env = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1", ...env },
    maxBuffer: 2 ** 28,
  });
  if (error) throw error;
  if (status === 0) return stdout;
  const said = `${stdout}${stderr}`.trimEnd().split("\n").slice(-40).join("\n");
  throw new Error(`${program} ${words.join(" ")} ends with ${status}:\n${said}`);
}

const quiet = ["--no-audit", "--no-fund", "--ignore-scripts"];

/**
 * A copy of an environment in compat/, installed from its lock file, with packed packages beside.
 * @param {Release} release
 * @param {string} name
 * @param {readonly string[]} packages
 */
export function environment({ root, place, tarballs }, name, packages) {
  const folder = join(place, name);
  mkdirSync(folder, { recursive: true });
  const from = join(root, "compat", name);
  if (existsSync(from)) {
    cpSync(from, folder, { recursive: true, filter: (path) => !path.includes("node_modules") });
    run("npm", ["ci", ...quiet], folder);
  }
  cpSync(join(root, "compat/common"), folder, { recursive: true });
  if (packages.length > 0) installTarballs(folder, tarballs, packages);
  return folder;
}

/**
 * Installs packed packages into a folder, as somebody gets them from a registry.
 * @param {string} folder
 * @param {Record<string, string>} tarballs
 * @param {readonly string[]} packages
 */
export function installTarballs(folder, tarballs, packages) {
  const files = packages.map((name) => {
    const file = tarballs[name];
    if (file === undefined) throw new Error(`${name} was not packed`);
    return file;
  });
  run("npm", ["install", "--no-save", "--no-package-lock", ...quiet, ...files], folder);
}
