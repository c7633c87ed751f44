import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { isCode } from "./reason.ts";

// Who a temporary file or a lock belongs to, as a part of its name: `1234-567890-host`, the process, when it started
// and the machine. A process whose number was given to another one in the meantime, or that ran before the machine's
// last start, is told from it by the second part.

/** This process. */
export const owner = `${process.pid}-${startOf(process.pid) ?? "unknown"}-${hostname().replace(/[^\w.]/g, "_")}`;

/** An owner's name where it stands in another. */
export const ownerPattern = "\\d+-[\\w.]+-[\\w.]+";

export interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Whether it is at work still, or may be: nobody knows of a process on another machine. */
  readonly isAlive: boolean;
}

export function ownerOf(name: string): Owner {
  const [number = "", start, host = ""] = name.split("-");
  const pid = Number(number);
  const isElsewhere = host !== owner.split("-")[2];
  return { pid, host, isAlive: isElsewhere || (isRunning(pid) && isSame(start, startOf(pid))) };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It runs, and is somebody else's.
    return isCode(error, "EPERM");
  }
}

function isSame(start: string | undefined, found: string | undefined): boolean {
  return start === "unknown" || found === undefined || start === found;
}

/** When a process started, in ticks since a start of the machine; undefined where the system does not tell. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").slice(0, 8);
    // The second field is the program's name in brackets, which may hold spaces and brackets of its own.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state] = fields;
    return state === "Z" ? "ended" : `${fields[19]}.${boot}`;
  } catch {
    return undefined;
  }
}
