// Publishes what has a version that the registry lacks.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { PUBLIC } from "./pack.mjs";
import { run } from "./shell.mjs";

/**
 * Throws what stands in the way of publishing, before minutes go into all parts.
 * @param {string} root
 */
export function checkPublishable(root) {
  const texts = PUBLIC.flatMap((name) =>
    ["package.json", "README.md"].map((file) => readFileSync(join(root, "packages", name, file), "utf8")),
  );
  if (texts.some((text) => text.includes("scoretape.example"))) {
    throw new Error(
      "the packages name scoretape.example, which stands for a home that the project has yet to get",
    );
  }
  if (!process.stdin.isTTY) throw new Error("publishing is confirmed at a terminal");
}

/**
 * Asks before anything that cannot be taken back.
 * @param {string} root
 */
export async function publish(root) {
  const { version } = JSON.parse(readFileSync(join(root, "packages/autograd/package.json"), "utf8"));
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const said = await lines.question(`Publish ${version} of ${PUBLIC.join(", ")}? Type the version: `);
  lines.close();
  if (said.trim() !== version) {
    throw new Error(`${JSON.stringify(said)} is not ${version}: nothing is published`);
  }
  run("npm", ["ci", "--prefix", "compat/changesets", "--no-audit", "--no-fund", "--ignore-scripts"], root);
  // At this terminal, where npm asks who publishes.
  const command = ["compat/changesets/node_modules/@changesets/cli/bin.js", "publish"];
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: "inherit" });
  if (status !== 0) {
    throw new Error("not all is published: npm run release again leaves out what the registry has by then");
  }
}
