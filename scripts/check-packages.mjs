// Packs every package that is published, as npm would, and checks the result: its files are the build of the sources
// plus the texts every package carries, publint has nothing to say, and the types resolve for ES module users.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { PUBLIC, packed } from "./release/pack.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const texts = ["LICENSE", "README.md", "package.json"];

/**
 * The files a package should publish: its texts, its data, its templates, two files for every source, and what is joined for Node.
 * @param {string} directory
 */
function expectedFiles(directory) {
  const sources = readdirSync(join(directory, "src"), { recursive: true, encoding: "utf8" });
  const built = sources
    .filter((path) => /\.[jt]s$/.test(path))
    .map((path) => `dist/${path.replaceAll("\\", "/").slice(0, -".ts".length)}`);
  const shipped = ["data", "python"].flatMap((folder) => {
    const path = join(directory, folder);
    return existsSync(path)
      ? readdirSync(path, { withFileTypes: true })
          .filter((file) => file.isFile())
          .map((file) => `${folder}/${file.name}`)
      : [];
  });
  const joined = join(directory, "dist/node");
  const forNode = existsSync(joined) ? readdirSync(joined).map((path) => `dist/node/${path}`) : [];
  const templates = join(directory, "templates");
  const begun = existsSync(templates)
    ? readdirSync(templates, { recursive: true, withFileTypes: true })
        .filter((file) => file.isFile() && file.parentPath !== templates)
        .map((file) => relative(directory, join(file.parentPath, file.name)).replaceAll("\\", "/"))
    : [];
  const all = [...shipped, ...begun, ...forNode, ...built.flatMap((path) => [`${path}.js`, `${path}.d.ts`])];
  return new Set([...texts, ...all]);
}

/**
 * Everything that is wrong with one package, in words.
 * @param {string} directory
 * @param {string} destination where the tarball goes
 */
async function problemsOf(directory, destination) {
  const manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  const { filename, files, size } = packed(directory, destination);
  const found = files.map(({ path }) => path);
  const expected = expectedFiles(directory);
  const problems = [
    ...found
      .filter((path) => !expected.delete(path))
      .map((path) => `packs ${path}, which is no build of a source (npm run clean removes old builds)`),
    ...[...expected].map((path) => `does not pack ${path}`),
  ];

  const { messages } = await publint({ pkgDir: directory, level: "suggestion", strict: true });
  for (const message of messages) {
    problems.push(`publint: ${formatMessage(message, manifest, { color: false }) ?? message.code}`);
  }

  const attw = spawnSync(
    process.execPath,
    [
      join(root, "node_modules/@arethetypeswrong/cli/dist/index.js"),
      join(destination, filename),
      "--profile",
      "esm-only",
      "--no-emoji",
    ],
    { encoding: "utf8" },
  );
  if (attw.status !== 0) problems.push(`attw:\n${attw.stdout}${attw.stderr}`);

  console.log(`${manifest.name}: ${found.length} files, ${(size / 1024).toFixed(1)} kB packed`);
  return problems.map((problem) => `${manifest.name} ${problem}`);
}

const destination = mkdtempSync(join(tmpdir(), "scoretape-pack-"));
/** @type {string[]} */
const problems = [];
try {
  for (const name of PUBLIC) {
    const directory = join(root, "packages", name);
    if (!existsSync(join(directory, "dist")))
      throw new Error(`${directory}/dist: missing; npm run build makes it`);
    problems.push(...(await problemsOf(directory, destination)));
  }
} finally {
  rmSync(destination, { recursive: true });
}
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
