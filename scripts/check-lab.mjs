// All experiments of the laboratory in full, at seed 0 or `--seeds 0-4`: every claim must hold, but for those that are
// listed as failing there, which must not. Claims about time need a machine that does little else.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { changesOf, knownFailures } from "../packages/cli/dist/lab/known-failures.js";

const { values } = parseArgs({ options: { seeds: { type: "string", default: "0-0" } } });
const command = fileURLToPath(new URL("../packages/cli/dist/main.js", import.meta.url));
const place = mkdtempSync(join(tmpdir(), "scoretape-lab-"));
try {
  const argv = [command, "lab", "all", "--seeds", values.seeds, "--out", place];
  execFileSync(process.execPath, argv, { stdio: "inherit" });
  const { claims, seeds } = JSON.parse(readFileSync(join(place, "seeds.json"), "utf8"));
  const changes = changesOf(claims, seeds);
  for (const line of changes) console.error(line);
  if (changes.length > 0) process.exitCode = 1;
  else console.log(`${claims.length} claims are as they were; ${knownFailures.length} are listed as failing`);
} finally {
  rmSync(place, { recursive: true });
}
