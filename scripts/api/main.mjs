// Reports of what the packages export and the command takes: compares what is built with the committed reports in
// packages/*/api, or rewrites these (--write).
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { commandReport } from "./command.mjs";
import { reportsOf } from "./report.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const LIBRARIES = ["autograd", "score"];
const REMEDY = "If that is meant, npm run api writes it down.";

/**
 * The names of the reports in a folder.
 * @param {string} folder
 */
const reportsIn = (folder) =>
  existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".txt")) : [];

/**
 * Makes a folder hold these reports and no others.
 * @param {string} folder
 * @param {Map<string, string>} reports
 */
function write(folder, reports) {
  mkdirSync(folder, { recursive: true });
  for (const name of reportsIn(folder)) if (!reports.has(name)) rmSync(join(folder, name));
  for (const [name, text] of reports) writeFileSync(join(folder, name), text);
}

/**
 * Where the reports in a folder are not these, as a diff; empty where they are.
 * @param {string} folder
 * @param {Map<string, string>} reports
 */
function difference(folder, reports) {
  const place = mkdtempSync(join(tmpdir(), "scoretape-api-"));
  try {
    // Under the same path, so that the diff names the committed files.
    const now = join(place, folder);
    write(now, reports);
    const names = new Set([...reportsIn(join(root, folder)), ...reports.keys()]);
    return [...names]
      .map((name) => {
        const committed = join(root, folder, name);
        const paths = [
          existsSync(committed) ? committed : "/dev/null",
          reports.has(name) ? join(now, name) : "/dev/null",
        ];
        const { status, stdout, stderr } = spawnSync(
          "git",
          ["diff", "--no-index", "--no-ext-diff", "--no-color", ...paths],
          { encoding: "utf8" },
        );
        if (status !== 0 && status !== 1) throw new Error(`git diff: ${stderr}`);
        return stdout.replaceAll(place, "").replaceAll(root.replace(/\/$/, ""), "");
      })
      .join("");
  } finally {
    rmSync(place, { recursive: true });
  }
}

const directory = (/** @type {string} */ name) => join(root, "packages", name);
const all = [
  ...LIBRARIES.map((name) => ({ folder: `packages/${name}/api`, reports: reportsOf(directory(name)) })),
  { folder: "packages/cli/api", reports: await commandReport(directory("cli")) },
];
if (process.argv.includes("--write")) {
  for (const { folder, reports } of all) write(join(root, folder), reports);
  const changed = execFileSync("git", ["status", "--short", ...all.map(({ folder }) => folder)], {
    cwd: root,
    encoding: "utf8",
  });
  console.log(changed === "" ? "the reports are as committed" : changed.trimEnd());
} else {
  const found = all.map(({ folder, reports }) => difference(folder, reports)).join("");
  const count = all.reduce((sum, { reports }) => sum + reports.size, 0);
  if (found === "") console.log(`${count} reports tell the public names, types and flags as they are`);
  else {
    console.error(
      `${found}\nThe packages show other names, types or flags than their reports say. ${REMEDY}`,
    );
    process.exitCode = 1;
  }
}
