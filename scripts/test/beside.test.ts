import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Runs a script as .ci/run starts; its first line is the path of its folder. */
function run(script: string): { status: number | null; said: string[]; folder: string } {
  const { status, stdout } = spawnSync(
    "bash",
    ["-c", `set -euo pipefail; . .ci/beside.sh; echo "$outside"; ${script}`],
    {
      cwd: root,
      encoding: "utf8",
    },
  );
  const [folder = "", ...said] = stdout.trimEnd().split("\n");
  return { status, said, folder };
}

describe("a script with a command beside it", () => {
  test.each([0, 1, 7])("ends with its own exit code, %i, where nothing runs any more", (code) => {
    const { status, folder } = run(`beside true; together; exit ${code}`);
    expect(status).toBe(code);
    expect(folder).not.toBe("");
    expect(existsSync(folder)).toBe(false);
  });

  test.each([0, 7])("stops what still runs, and ends with its own exit code, %i", (code) => {
    const { status, said } = run(`beside sleep 60; echo $beside; exit ${code}`);
    expect(status).toBe(code);
    const [child = ""] = said;
    expect(() => process.kill(Number(child), 0)).toThrow("ESRCH");
  });

  test("fails as the command fails, and shows what it said", () => {
    const { status, said } = run(`beside bash -c "echo sorry >&2; exit 3"; together; echo "not reached"`);
    expect(status).toBe(3);
    expect(said).toEqual(["sorry"]);
  });
});
