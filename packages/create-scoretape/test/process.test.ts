import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

// The program as a process of its own, made from the sources, in a shell.

let place: string;
beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), "create-scoretape-process-"));
  const own = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
  for (const path of ["package.json", "templates"])
    cpSync(own(path), join(place, "package", path), { recursive: true });
  const build = await rolldown({ input: own("src/main.ts"), platform: "node" });
  await build.write({ file: join(place, "package/dist/main.js"), format: "esm" });
  await build.close();
});
afterAll(() => rmSync(place, { recursive: true }));

/** Runs a line of a shell, in which `create` is the program. */
function shell(line: string) {
  const create = `create() { "${process.execPath}" "${place}/package/dist/main.js" "$@"; }`;
  const { status, stdout, stderr } = spawnSync("bash", ["-c", `set -o pipefail; ${create}; ${line}`], {
    cwd: place,
    encoding: "utf8",
  });
  return { code: status, stdout, stderr };
}

test("without a terminal nothing is asked", () => {
  expect(shell("create </dev/null")).toEqual({
    code: 2,
    stdout: "",
    stderr: expect.stringMatching(/^create-scoretape: name the directory: npm create [^\n]*\n$/),
  });
  expect(shell("yes | create thing").stderr).toMatch(/^create-scoretape: say which template: [^\n]*\n$/);
  expect(existsSync(join(place, "thing"))).toBe(false);
});

describe("standard output", () => {
  test("whose reader is gone is no error", () => {
    expect(shell("create piped -t script | true")).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(existsSync(join(place, "piped/package.json"))).toBe(true);
  });

  test("that is full is told in one line", () => {
    const { code, stderr } = shell("create full -t script >/dev/full");
    expect(stderr).toMatch(/^create-scoretape: cannot write to standard output: ENOSPC[^\n]*\n$/);
    expect(code).toBe(2);
    expect(shell("create -x >/dev/full 2>/dev/full").code).toBe(2);
  });
});

test("from a folder that is gone nothing is written, not even elsewhere", () => {
  mkdirSync(join(place, "gone"));
  const { code, stderr } = shell(`cd gone && rmdir ../gone && create ${place}/elsewhere -t script`);
  expect(stderr).toMatch(/^create-scoretape: [^\n]*\n$/);
  expect(code).toBe(2);
  expect(existsSync(join(place, "elsewhere"))).toBe(false);
});

test("a file that grows too large for the disk leaves nothing", () => {
  // In blocks of a kilobyte: penguins.csv has more.
  const { code, stderr } = shell(`trap "" XFSZ; ulimit -f 4; create large -t table`);
  expect(stderr).toMatch(/^create-scoretape: large cannot be written: EFBIG[^\n]*\n$/);
  expect(code).toBe(2);
  expect(readdirSync(place)).not.toContain("large");
});
