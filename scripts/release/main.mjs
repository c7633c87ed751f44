// A release: `npm run release -- --dry-run` packs what would be published, installs it as users do, and runs it in all
// environments; --only names parts. Without --dry-run the packages are published after that, when somebody says so.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { parts } from "./parts.mjs";
import { checkPublishable, publish } from "./publish.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { dry, only } = asked();
const place = mkdtempSync(join(tmpdir(), "scoretape-release-"));
/** @type {{ part: string, result: string, seconds: string }[]} */
const table = [];
let failures = 0;
try {
  const release = { root, place, tarballs: {} };
  for (const { name, needed, run } of parts) {
    if (only !== undefined && !needed && !only.includes(name)) continue;
    const began = performance.now();
    const result = await Promise.resolve()
      .then(() => run(release))
      .catch((error) => {
        failures += 1;
        console.error(`${name}: ${error instanceof Error ? error.message : error}`);
        return "FAILED";
      });
    table.push({ part: name, result, seconds: ((performance.now() - began) / 1000).toFixed(0) });
    console.log(`${name}: ${result}`);
    if (needed && result === "FAILED") break;
  }
} finally {
  rmSync(place, { recursive: true, force: true });
}

const width = Math.max(...table.map(({ part }) => part.length));
console.log(`\n${"part".padEnd(width)}  seconds  result`);
for (const { part, result, seconds } of table) {
  console.log(`${part.padEnd(width)}  ${seconds.padStart(7)}  ${result.split("\n")[0]}`);
}
if (failures > 0) {
  console.error(`${failures} of ${table.length} parts failed`);
  process.exitCode = 1;
} else if (!dry) {
  await publish(root).catch((error) => refuse(error, 1));
}

/** What the command line asks for; what cannot be is refused. */
function asked() {
  try {
    const { values } = parseArgs({
      options: { "dry-run": { type: "boolean" }, only: { type: "string", multiple: true } },
    });
    const names = values.only?.flatMap((list) => list.split(","));
    const unknown = names?.filter((name) => !parts.some((part) => part.name === name)) ?? [];
    if (unknown.length > 0) {
      const known = parts.map(({ name }) => name).join(", ");
      throw new Error(`there is no part ${unknown.join(", ")}: choose of ${known}`);
    }
    const isDry = values["dry-run"] === true;
    if (names !== undefined && !isDry) {
      throw new Error("--only is for --dry-run: what is published has passed all");
    }
    if (!isDry) checkPublishable(root);
    return { dry: isDry, only: names };
  } catch (error) {
    return refuse(error, 2);
  }
}

/**
 * Ends with one line.
 * @param {unknown} error
 * @param {number} code
 * @returns {never}
 */
function refuse(error, code) {
  console.error(`release: ${error instanceof Error ? error.message.split("\n")[0] : error}`);
  process.exit(code);
}
