// A release: `npm run release -- --dry-run` packs what would be published, installs it as users do, and runs it in all
// environments; --only names parts. Without --dry-run the packages are published after that, when somebody says so.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { parts } from "./parts.mjs";
import { publish } from "./publish.mjs";

const { values } = parseArgs({
  options: { "dry-run": { type: "boolean" }, only: { type: "string", multiple: true } },
});
const only = values.only?.flatMap((names) => names.split(","));
const unknown = only?.filter((name) => !parts.some((part) => part.name === name)) ?? [];
if (unknown.length > 0) {
  console.error(
    `release: there is no part ${unknown.join(", ")}: choose of ${parts.map(({ name }) => name).join(", ")}`,
  );
  process.exit(2);
}
if (only !== undefined && !values["dry-run"]) {
  console.error("release: --only is for --dry-run: what is published has passed all");
  process.exit(2);
}

const root = fileURLToPath(new URL("../..", import.meta.url));
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
} else if (!values["dry-run"]) {
  await publish(root);
}
