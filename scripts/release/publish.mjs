// Counts the version up by the changesets that there are, or publishes what has a version that the registry lacks.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { PUBLIC } from "./pack.mjs";
import { run } from "./shell.mjs";

/**
 * Runs changesets, from the folder of its own.
 * @param {string} root
 * @param {readonly string[]} words
 */
export function changesets(root, words) {
  run("npm", ["ci", "--prefix", "compat/changesets", "--no-audit", "--no-fund", "--ignore-scripts"], root);
  const manifest = join(root, "compat/changesets/node_modules/@changesets/cli/package.json");
  const { bin } = JSON.parse(readFileSync(manifest, "utf8"));
  const path = typeof bin === "string" ? bin : bin.changeset;
  return run(process.execPath, [join(manifest, "..", path), ...words], root);
}

/**
 * Asks before anything that cannot be taken back.
 * @param {string} root
 */
export async function publish(root) {
  const manifests = PUBLIC.map((name) => readFileSync(join(root, "packages", name, "package.json"), "utf8"));
  if (manifests.some((text) => text.includes("scoretape.example"))) {
    throw new Error(
      "the packages name scoretape.example, which stands for a home that the project has yet to get",
    );
  }
  const { version } = JSON.parse(manifests[0] ?? "{}");
  if (!process.stdin.isTTY) throw new Error("publishing is confirmed at a terminal");
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const said = await lines.question(`Publish ${version} of ${PUBLIC.join(", ")}? Type the version: `);
  lines.close();
  if (said.trim() !== version)
    throw new Error(`${JSON.stringify(said)} is not ${version}: nothing is published`);
  console.log(changesets(root, ["publish"]));
}
