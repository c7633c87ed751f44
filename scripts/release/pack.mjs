// The tarballs that would be published.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
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
    const { name, filename } = packed(from, folder);
    tarballs[name] = join(folder, filename);
    return `${name} ${(statSync(tarballs[name]).size / 1024).toFixed(0)} kB`;
  });
  return sizes.join(", ");
}

/**
 * Packs a package as npm would publish it, and gives what npm says of that.
 * @param {string} from its directory
 * @param {string} folder where the tarball goes
 * @returns {{ name: string, filename: string, size: number, files: { path: string }[] }}
 */
export function packed(from, folder) {
  const said = JSON.parse(run("npm", ["pack", "--json", "--silent", "--pack-destination", folder], from));
  // npm 12 keys the answer by package name; before, it is a list.
  const [answer] = Object.values(said);
  return answer;
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
 * All changesets are in a changelog.
 * @param {import("./shell.mjs").Release} release
 */
export function checkChangesets({ root }) {
  const left = readdirSync(join(root, ".changeset")).filter(
    (file) => /\.md$/.test(file) && file !== "README.md",
  );
  if (left.length > 0) {
    throw new Error(`changesets are in no changelog: ${left.join(", ")}; npm run release:version takes them`);
  }
  return "none left";
}

/**
 * All packages have one version and ask for each other in it, and so do what cites the project and its package for Python.
 * @param {import("./shell.mjs").Release} release
 */
export function checkVersions({ root }) {
  /** @param {string} path @param {RegExp} pattern */
  const found = (path, pattern) => pattern.exec(readFileSync(join(root, path), "utf8"))?.[1];
  const manifests = PUBLIC.map((directory) => {
    const path = `packages/${directory}/package.json`;
    return { path, ...JSON.parse(readFileSync(join(root, path), "utf8")) };
  });
  const own = new Set(manifests.map(({ name }) => name));
  /** @type {(readonly [string, string | undefined])[]} */
  const versions = [
    ...manifests.map(({ path, version }) => /** @type {const} */ ([path, version])),
    ["CITATION.cff", found("CITATION.cff", /^version: (.*)$/m)],
    ["packages/xla/pyproject.toml", found("packages/xla/pyproject.toml", /^version = "(.*)"$/m)],
  ];
  const version = versions[0]?.[1];
  const differing = versions.filter(([, is]) => is !== version);
  if (version === undefined || differing.length > 0) {
    const listed = differing.map(([path, is]) => `${path} has ${is}`).join(", ");
    throw new Error(`versions differ: ${versions[0]?.[0]} has ${version}, ${listed}`);
  }
  const others = manifests.flatMap(({ path, dependencies = {} }) =>
    Object.entries(dependencies)
      .filter(([name, range]) => own.has(name) && range !== `^${version}`)
      .map(([name, range]) => `${path} asks for ${name} ${range}, not ^${version}`),
  );
  if (others.length > 0) throw new Error(others.join(", "));
  return version;
}
