import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { arch, availableParallelism, cpus, loadavg, platform } from "node:os";
import { fileURLToPath } from "node:url";

/** Where the numbers come from. */
export interface Environment {
  readonly cpu: string;
  readonly cores: number;
  readonly platform: string;
  readonly node: string;
  readonly v8: string;
  readonly mitata: string;
  /** The commit that is measured, with `-dirty` when files differ from it. */
  readonly commit: string;
}

/** The machine and the versions of this run. */
export function environment(): Environment {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    platform: `${platform()} ${arch()}`,
    node: process.versions.node,
    v8: process.versions.v8,
    mitata: versionOf("mitata"),
    commit: commit(),
  };
}

/** The processes that wanted a core, averaged over 1, 5 and 15 minutes. More than a few tenths disturb. */
export function loadAverage(): readonly number[] {
  return loadavg();
}

function versionOf(name: string): string {
  const manifest: unknown = JSON.parse(
    readFileSync(fileURLToPath(import.meta.resolve(`${name}/package.json`)), "utf8"),
  );
  return typeof manifest === "object" && manifest !== null && "version" in manifest
    ? String(manifest.version)
    : "unknown";
}

function commit(): string {
  try {
    return execFileSync("git", ["describe", "--always", "--dirty"], {
      cwd: import.meta.dirname,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return "unknown"; // no git here, or no repository
  }
}
