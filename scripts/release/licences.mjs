// Under what licences everything comes that a user gets: what the packages carry themselves, and what is installed with them.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { environment } from "./shell.mjs";

/** Licences that ask for no more than their text. */
const PERMISSIVE = new Set([
  "MIT",
  "ISC",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "CC0-1.0",
  "Unlicense",
]);

/**
 * Others, for packages that are installed beside as they are, and not carried: a library whose changed files would have to be
 * shown, and a font that may go with any program.
 */
const KNOWN = [
  { name: /^@resvg\/resvg-js(?:-[\w-]+)?$/, licence: "MPL-2.0" },
  { name: /^@expo-google-fonts\/source-sans-3$/, licence: "MIT AND OFL-1.1" },
];

/**
 * Throws at a licence that is not known to be harmless, and at code of others in the packages themselves.
 * @param {import("./shell.mjs").Release} release
 */
export function checkLicences(release) {
  const folder = environment(release, "licences", Object.keys(release.tarballs));
  const packages = installed(join(folder, "node_modules"));
  const ours = packages.filter(({ name }) => name in release.tarballs);
  const problems = [
    ...ours.filter(({ texts }) => texts === 0).map(({ name }) => `${name} has no licence text`),
    ...ours.flatMap(({ name, path }) =>
      foreignCode(path).map((file) => `${name} carries ${file} of another package`),
    ),
    ...packages
      .filter(({ name, licence }) => !isKnown(name, licence))
      .map(({ name, licence }) => `${name} has the licence ${licence || "?"}`),
  ];
  if (problems.length > 0) throw new Error(problems.join("\n"));
  const count = new Map();
  for (const { licence } of packages) count.set(licence, (count.get(licence) ?? 0) + 1);
  const sorted = [...count].toSorted((a, b) => b[1] - a[1]).map(([licence, n]) => `${n} ${licence}`);
  return `nothing of others inside; installed: ${sorted.join(", ")}`;
}

/**
 * @param {string} name
 * @param {string} licence
 */
function isKnown(name, licence) {
  return PERMISSIVE.has(licence) || KNOWN.some((known) => known.name.test(name) && known.licence === licence);
}

/**
 * All packages below a folder `node_modules`.
 * @param {string} folder
 * @returns {{ name: string, path: string, licence: string, texts: number }[]}
 */
function installed(folder) {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => !name.startsWith("."));
  const scoped = names.flatMap((name) =>
    name.startsWith("@") ? readdirSync(join(folder, name)).map((inner) => `${name}/${inner}`) : [name],
  );
  return scoped.flatMap((entry) => {
    const path = join(folder, entry);
    const manifest = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
    const licence = String(manifest.license?.type ?? manifest.license ?? "").replaceAll(/[()]/g, "");
    const texts = readdirSync(path).filter((file) => /^(?:licen[sc]e|copying|notice)/i.test(file)).length;
    return [{ name: manifest.name, path, licence, texts }, ...installed(join(path, "node_modules"))];
  });
}

/**
 * The modules of other packages that a bundler has put into files of a package: it names each module above its code.
 * @param {string} path of the package
 */
function foreignCode(path) {
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".js") && !file.includes("node_modules"))
    .flatMap((file) => readFileSync(join(path, file), "utf8").match(/^\/\/ .*node_modules\/.*$/gm) ?? []);
}
