import { readFileSync } from "node:fs";

/**
 * The most memory that this process has had, in bytes. On Linux the kernel's own peak counts what the parent held
 * when it started the process; the one of the address space does not.
 */
export function peakMemory(): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    if (kilobytes !== undefined) return Number(kilobytes) * 1024;
  } catch {
    // Other systems have no such file.
  }
  return process.resourceUsage().maxRSS * 1024;
}
