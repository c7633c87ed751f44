import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** The places at which the linter refuses functions, in files of these texts: `file:line`. */
function refusals(files: Readonly<Record<string, string>>): string[] {
  const place = mkdtempSync(join(tmpdir(), "scoretape-lint-"));
  onTestFinished(() => rmSync(place, { recursive: true }));
  for (const name of ["biome.json", "scripts/portable.grit"]) cpSync(join(root, name), join(place, name));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(place, name)), { recursive: true });
    writeFileSync(join(place, name), text);
  }
  const words = ["lint", "--vcs-enabled=false", "--max-diagnostics=1000", "--colors=off"];
  const { stdout, stderr } = spawnSync(join(root, "node_modules/.bin/biome"), words, {
    cwd: place,
    encoding: "utf8",
  });
  return [...`${stdout}${stderr}`.matchAll(/^(\S+:\d+):\d+ plugin/gm)]
    .map((match) => match[1] ?? "")
    .toSorted();
}

// Each engine rounds these in its own way, so that sources take them from `portable`.
const refused = [
  "export const a = Math.exp(1);",
  "export const b = [1, 2].map(Math.log);",
  "export const c = a ** 2;",
  "export const d = 2 ** a;",
  "export const e = 2 ** 0.5;",
  "const { sin } = Math;",
  'export const f = Math["cos"](1);',
  "export const g = globalThis.Math;",
  "export const h = Math.random();",
  "export const i = Math.hypot(3, 4);",
  "a **= 3;",
];
const taken = ["export const a = Math.sqrt(Math.abs(x)) + Math.PI;", "export const b = 2 ** -24 + 2 ** 32;"];

test("the linter holds the sources to functions that are the same everywhere", () => {
  const texts = (statements: readonly string[]): Record<string, string> =>
    Object.fromEntries(
      ["packages/autograd", "packages/score", "packages/cli", "examples/browser"].map((name) => [
        `${name}/src/any.ts`,
        `${statements.join("\n")}\n`,
      ]),
    );
  const places = Object.keys(texts([])).flatMap((file) => refused.map((_, i) => `${file}:${i + 1}`));
  expect(refusals(texts(refused))).toEqual(places.toSorted());
  expect(refusals(texts(taken))).toEqual([]);
});
