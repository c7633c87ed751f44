import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Names in node_modules that lead back into the project. */
const OWN = new Set(["@scoretape", "scoretape", ".cache", ".vite", ".lock-of-worktree"]);

/** The process group of the program that runs now. @type {number | undefined} */
let running;

/** Ends the program with all its workers, which a mutant may hold in a loop. */
function end() {
  if (running === undefined) return;
  try {
    process.kill(-running, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/**
 * A copy of the project's files, in which mutants are tried: the working tree itself is never touched.
 * @param {string} root
 */
export function openSandbox(root) {
  const place = mkdtempSync(join(tmpdir(), "scoretape-mutate-"));
  process.on("exit", () => {
    end();
    rmSync(place, { recursive: true, force: true });
  });
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"]))
    process.on(signal, () => process.exit(1));
  const list = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
  });
  for (const file of list.toString("utf8").split("\0").filter(Boolean)) {
    if (!existsSync(join(root, file))) continue;
    mkdirSync(join(place, dirname(file)), { recursive: true });
    cpSync(join(root, file), join(place, file));
  }
  linkModules(root, place);
  return place;
}

/** @param {string} root @param {string} place */
function linkModules(root, place) {
  const modules = join(place, "node_modules");
  mkdirSync(join(modules, "@scoretape"), { recursive: true });
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (!OWN.has(name)) symlinkSync(join(root, "node_modules", name), join(modules, name));
  }
  for (const name of readdirSync(join(place, "packages"))) {
    const own = join(root, "packages", name, "node_modules");
    if (existsSync(own)) symlinkSync(own, join(place, "packages", name, "node_modules"));
    symlinkSync(
      join(place, "packages", name),
      join(modules, name === "cli" ? name.replace("cli", "scoretape") : `@scoretape/${name}`),
    );
  }
}

/**
 * Runs a program of node_modules/.bin in the sandbox: its exit status, null when it took too long, and what it said.
 * @param {string} place
 * @param {string} program
 * @param {string[]} words
 * @param {number} limit in milliseconds
 * @returns {Promise<{ status: number | null, output: string, milliseconds: number }>}
 */
export function run(place, program, words, limit) {
  const start = performance.now();
  const child = spawn(process.execPath, [join(place, "node_modules/.bin", program), ...words], {
    cwd: place,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1", CI: "1" },
  });
  running = child.pid;
  let output = "";
  child.stdout.on("data", (part) => (output += part));
  child.stderr.on("data", (part) => (output += part));
  return new Promise((resolve, reject) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      end();
    }, limit);
    child.on("error", reject);
    child.on("close", (status) => {
      clearTimeout(timer);
      running = undefined;
      resolve({ status: isLate ? null : (status ?? 1), output, milliseconds: performance.now() - start });
    });
  });
}
