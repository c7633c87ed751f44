// The packages on engines: the program's results are the same to the last bit, and so is what the command writes.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { environment, run } from "./shell.mjs";

const TRAINING = "--steps 30 --hidden 16-16 --levels 3 --steps-per-level 5 --samples 50".split(" ");

/**
 * The results on this Node, which all others are to have.
 * @param {import("./shell.mjs").Release} release
 */
export function onThisNode(release) {
  const folder = environment(release, "here", Object.keys(release.tarballs));
  release.expected = resultsOn(process.execPath, [], folder);
  return `${process.version}, ${digest(release.expected)}`;
}

/**
 * @param {import("./shell.mjs").Release} release
 * @param {number} version
 */
export function onNode(release, version) {
  const folder = environment(release, "node", Object.keys(release.tarballs));
  const system = process.platform === "win32" ? "win" : process.platform;
  const node = join(folder, `node_modules/node-${version}-${system}-${process.arch}/bin/node`);
  if (!existsSync(node)) return `left out: npm has no Node ${version} for ${system}-${process.arch}`;
  return compared(release, node, [], folder);
}

/** @param {import("./shell.mjs").Release} release */
export function onDeno(release) {
  const folder = environment(release, "deno", Object.keys(release.tarballs));
  const deno = ["linux-x64-glibc", "linux-arm64-glibc", "darwin-arm64", "darwin-x64"]
    .map((name) => join(folder, "node_modules/@deno", name, "deno"))
    .find((path) => existsSync(path));
  if (deno === undefined) return "left out: npm has no Deno for this system";
  return compared(release, deno, ["run", "--allow-all", "--node-modules-dir=manual"], folder);
}

/** @param {import("./shell.mjs").Release} release */
export function onBun(release) {
  const folder = environment(release, "bun", Object.keys(release.tarballs));
  const bun = join(
    folder,
    `node_modules/@oven/bun-${process.platform}-${process.arch === "arm64" ? "aarch64" : process.arch}/bin/bun`,
  );
  if (!existsSync(bun)) return "left out: npm has no Bun for this system";
  return compared(release, bun, [], folder);
}

/**
 * @param {import("./shell.mjs").Release} release
 * @param {string} program
 * @param {readonly string[]} words
 * @param {string} folder
 */
function compared(release, program, words, folder) {
  const found = resultsOn(program, words, folder);
  const version = run(program, ["--version"], folder).split("\n")[0];
  if (release.expected !== undefined && found !== release.expected) {
    throw new Error(
      `${version} has other results than Node ${process.version}:\n${found}\n${release.expected}`,
    );
  }
  return `${version}, the same bits`;
}

/**
 * What the program prints, and what the command writes, as digests.
 * @param {string} program
 * @param {readonly string[]} words
 * @param {string} folder
 */
function resultsOn(program, words, folder) {
  const printed = run(program, [...words, "program.mjs"], folder);
  const command = "node_modules/scoretape/dist/main.js";
  run(program, [...words, command, "train", "moons", "--out", "out", "--overwrite", ...TRAINING], folder);
  const files = ["samples.csv", "model.safetensors", "loss.svg"].map(
    (name) => `${name} ${digest(readFileSync(join(folder, "out", name)))}`,
  );
  return [printed.trimEnd(), ...files].join("\n");
}

/** @param {string | Buffer} content */
function digest(content) {
  return createHash("sha256").update(content).digest("hex").slice(0, 12);
}
