// The tarballs that would be published.
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { run } from "./shell.mjs";

/** The packages that are published, in the order in which one needs another. */
export const PUBLIC = ["autograd", "score", "cli", "create-scoretape"];

/**
 * Packs all public packages.
 * @param {import("./shell.mjs").Release} release whose tarballs are set
 */
export function pack({ root, place, tarballs }) {
  const folder = join(place, "tarballs");
  mkdirSync(folder, { recursive: true });
  const sizes = PUBLIC.map((directory) => {
    const from = join(root, "packages", directory);
    if (!existsSync(join(from, "dist"))) throw new Error(`${from}/dist is missing; npm run build makes it`);
    const { name } = JSON.parse(readFileSync(join(from, "package.json"), "utf8"));
    const answer = JSON.parse(run("npm", ["pack", "--json", "--silent", "--pack-destination", folder], from));
    // npm 12 keys the answer by package name; before, it is a list.
    const { filename } = Array.isArray(answer) ? answer[0] : answer[name];
    tarballs[name] = join(folder, filename);
    return `${name} ${(statSync(tarballs[name]).size / 1024).toFixed(0)} kB`;
  });
  return sizes.join(", ");
}

/**
 * The files of the tarballs are those that belong, publint and attw have nothing to say.
 * @param {import("./shell.mjs").Release} release
 */
export function checkPackages({ root }) {
  run(process.execPath, ["scripts/check-packages.mjs"], root);
  return "files, publint, attw";
}

/**
 * Nothing uncommitted is released.
 * @param {import("./shell.mjs").Release} release
 */
export function checkTree({ root }) {
  const changes = run("git", ["status", "--porcelain"], root).trimEnd();
  if (changes !== "") throw new Error(`there are uncommitted changes:\n${changes}`);
  return run("git", ["rev-parse", "--short", "HEAD"], root).trim();
}

/**
 * All packages have one version, and so do what cites the project and its package for Python.
 * @param {import("./shell.mjs").Release} release
 */
export function checkVersions({ root }) {
  /** @param {string} path @param {RegExp} pattern */
  const found = (path, pattern) => pattern.exec(readFileSync(join(root, path), "utf8"))?.[1];
  const versions = new Map([
    ...PUBLIC.map((name) => {
      const path = `packages/${name}/package.json`;
      return /** @type {const} */ ([path, found(path, /"version": "(.*)"/)]);
    }),
    ["CITATION.cff", found("CITATION.cff", /^version: (.*)$/m)],
    ["packages/xla/pyproject.toml", found("packages/xla/pyproject.toml", /^version = "(.*)"$/m)],
  ]);
  const [version, ...others] = new Set(versions.values());
  if (version === undefined || others.length > 0) {
    throw new Error(`versions differ: ${[...versions].map(([path, is]) => `${path} has ${is}`).join(", ")}`);
  }
  return version;
}
