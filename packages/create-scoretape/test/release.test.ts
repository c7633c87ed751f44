import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeEach, describe, expect, test } from "vitest";

// What a release refuses before it packs anything, on a copy of what it looks at.

const root = fileURLToPath(new URL("../../..", import.meta.url));
const looked = [
  ...["autograd", "score", "cli", "create-scoretape"].map((name) => `packages/${name}/package.json`),
  "packages/xla/pyproject.toml",
  "CITATION.cff",
  ".changeset/README.md",
];
const places: string[] = [];
let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "scoretape-release-test-"));
  places.push(place);
  for (const path of looked) cpSync(join(root, path), join(place, path), { recursive: true });
});
afterAll(() => {
  for (const path of places) rmSync(path, { recursive: true });
});

/** What a check says of the copy, in a process of its own: scripts are no modules of the tests. */
function says(check: string): string {
  const script = `import * as checks from ${JSON.stringify(join(root, "scripts/release/pack.mjs"))};
    try { console.log(checks.${check}({ root: ${JSON.stringify(place)} })); }
    catch (error) { console.log("refused: " + error.message); }`;
  return execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" }).trim();
}

function change(path: string, pattern: RegExp, by: string): void {
  const text = readFileSync(join(place, path), "utf8");
  expect(text).toMatch(pattern);
  writeFileSync(join(place, path), text.replace(pattern, by));
}

test("what is as it should be has one version", () => {
  const { version } = JSON.parse(readFileSync(join(root, "packages/cli/package.json"), "utf8"));
  expect(says("checkVersions")).toBe(version);
});

describe("another version is refused", () => {
  test.each([
    ["packages/cli/package.json", /(?<="version": ")[^"]*/],
    ["packages/xla/pyproject.toml", /(?<=^version = ")[^"]*/m],
    ["CITATION.cff", /(?<=^version: ).*/m],
  ])("in %s", (path, version) => {
    change(path, version, "9.9.9");
    expect(says("checkVersions")).toMatch(new RegExp(`^refused: versions differ: .*, ${path} has 9.9.9$`));
  });

  test("in what one package asks of another", () => {
    change("packages/score/package.json", /(?<="@scoretape\/autograd": ")[^"]*/, "^0.0.9");
    expect(says("checkVersions")).toMatch(
      /^refused: packages\/score\/package.json asks for @scoretape\/autograd \^0\.0\.9, not \^/,
    );
  });
});

test("a changeset that is in no changelog is refused", () => {
  expect(says("checkChangesets")).toBe("none left");
  writeFileSync(join(place, ".changeset/brave-rows-rest.md"), "---\n---\n");
  expect(says("checkChangesets")).toMatch(
    /^refused: .*brave-rows-rest\.md; npm run release:version takes them$/,
  );
});

test("what is not committed is refused", () => {
  const git = (...words: string[]) => execFileSync("git", words, { cwd: place, encoding: "utf8" });
  git("init", "--quiet");
  git("add", ".");
  git("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "--message", "all");
  expect(says("checkTree")).toMatch(/^[0-9a-f]{7,}$/);
  writeFileSync(join(place, "notes"), "");
  expect(says("checkTree")).toMatch(/^refused: there are uncommitted changes:\n\?\? notes$/);
});

test.each([
  [["--dryrun"], /Unknown option '--dryrun'/],
  [["--dry-run", "--only", "vite,poem"], /there is no part poem: choose of tree, /],
  [["--only", "vite"], /--only is for --dry-run/],
  [[], /scoretape\.example|at a terminal/],
])("the words %j are refused in one line, and nothing runs", (words, reason) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/release/main.mjs", ...words], {
    cwd: root,
    encoding: "utf8",
  });
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(/^release: [^\n]+\n$/);
  expect(stderr).toMatch(reason);
});
