import { execFileSync } from "node:child_process";
import { arch, availableParallelism, cpus, platform, totalmem } from "node:os";

/** Where the numbers come from. */
export interface Environment {
  readonly cpu: string;
  readonly cores: number;
  /** The vector extensions of the processor that matter here, where the system tells them. */
  readonly cpuFlags: readonly string[];
  readonly memoryBytes: number;
  readonly platform: string;
  readonly node: string;
  readonly v8: string;
  readonly execArgv: readonly string[];
  /** The commit that is measured, with `-dirty` when files differ from it. */
  readonly commit: string;
}

/** The machine and the versions of this run. `cpuInfo` is the text of /proc/cpuinfo, or empty. */
export function environment(cpuInfo: string): Environment {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    cpuFlags: vectorExtensions(cpuInfo),
    memoryBytes: totalmem(),
    platform: `${platform()} ${arch()}`,
    node: process.versions.node,
    v8: process.versions.v8,
    execArgv: process.execArgv,
    commit: commit(),
  };
}

function vectorExtensions(cpuInfo: string): string[] {
  const flags = /^(?:flags|Features)\s*:(.*)$/m.exec(cpuInfo)?.[1]?.split(" ") ?? [];
  return flags.filter((flag) => /^(sse4_2|avx|avx2|fma|avx512[a-z]*|avx512_[a-z0-9]+|asimd|sve)$/.test(flag));
}

/** A short name of this kind of machine, fit for a file's name: `amd-epyc-2-cores`. */
export function machineClass({ cpu, cores }: Pick<Environment, "cpu" | "cores">): string {
  const words = cpu
    .toLowerCase()
    .replace(/\((r|tm)\)|@.*|\bcpu\b|\bprocessor\b/g, " ")
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
  return [...words, cores, cores === 1 ? "core" : "cores"].join("-");
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
