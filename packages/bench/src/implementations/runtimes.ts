import { spawnSync } from "node:child_process";
import { hasRelaxedSimd } from "../machine/webAssembly.ts";

/** A Node that runs JavaScript implementations. */
export interface NodeRuntime {
  readonly path: string;
  readonly version: string;
  /** The flags with which its WebAssembly has relaxed SIMD; null where it has none. */
  readonly relaxedFlags: readonly string[] | null;
}

/** A Python that runs implementations, or why it does not. */
export interface PythonRuntime {
  readonly path: string;
  /** The version of each module that was asked for; null where it is missing. */
  readonly modules: Readonly<Record<string, string | null>>;
}

const RELAXED_FLAG = "--experimental-wasm-relaxed-simd";
const LIMIT = 60_000;

/** This process's own Node. */
export function ownNode(): NodeRuntime {
  const withFlag = hasRelaxedSimd() ? [] : accepts(process.execPath, RELAXED_FLAG) ? [RELAXED_FLAG] : null;
  return { path: process.execPath, version: process.versions.node, relaxedFlags: withFlag };
}

/** Another Node. @throws Error when the path is none */
export function otherNode(path: string): NodeRuntime {
  const { status, stdout, error } = spawnSync(path, ["-p", "process.versions.node"], {
    encoding: "utf8",
    timeout: LIMIT,
  });
  const version = stdout?.trim() ?? "";
  if (status !== 0 || !/^\d+\./.test(version)) {
    throw new Error(`${path} is not a Node that runs${error === undefined ? "" : `: ${error.message}`}`);
  }
  // From version 22 on it needs no flag.
  const flagless = Number.parseInt(version, 10) >= 22;
  return { path, version, relaxedFlags: flagless ? [] : accepts(path, RELAXED_FLAG) ? [RELAXED_FLAG] : null };
}

function accepts(node: string, flag: string): boolean {
  return spawnSync(node, [flag, "-e", "0"], { timeout: LIMIT, stdio: "ignore" }).status === 0;
}

/** The versions of the modules that a Python has; null where there is no such Python. */
export function python(path: string, modules: readonly string[]): PythonRuntime | null {
  const versions = modules.map((name) => [name, moduleVersion(path, name)] as const);
  const runs = spawnSync(path, ["--version"], { timeout: LIMIT, stdio: "ignore" }).status === 0;
  return runs ? { path, modules: Object.fromEntries(versions) } : null;
}

function moduleVersion(path: string, name: string): string | null {
  const script = `import ${name}; print(${name}.__version__)`;
  const { status, stdout } = spawnSync(path, ["-c", script], { encoding: "utf8", timeout: LIMIT });
  return status === 0 ? (stdout.trim().split("\n").at(-1) ?? null) : null;
}
