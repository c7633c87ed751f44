import { randomInt } from "node:crypto";
import { closeSync, openSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { UserError } from "../terminal/user-error.ts";
import { type Owner, owner, ownerOf, ownerPattern } from "./owner.ts";
import { reason } from "./reason.ts";

const PREFIX = ".scoretape-lock-";
const ours = new RegExp(`^${PREFIX.replaceAll(".", "\\.")}(${ownerPattern})$`);

/** Attempts of two processes that begin at the same moment and see each other. */
const ATTEMPTS = 4;

/**
 * Does work that no other process may do in a directory at the same time. Each puts a file of its own name there and
 * looks whether there is another's: so the file of one that was killed can be removed by anybody, and there is no
 * moment at which two believe that the directory is theirs.
 *
 * @throws UserError if another process is at work there.
 */
export async function withLock<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const file = join(directory, `${PREFIX}${owner}`);
  await take(directory, file);
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

async function take(directory: string, file: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    create(directory, file);
    const other = otherIn(directory);
    if (other === undefined) return;
    rmSync(file, { force: true });
    if (attempt === ATTEMPTS) throw new UserError(taken(directory, other));
    await setTimeout(randomInt(20, 120));
  }
}

function create(directory: string, file: string): void {
  try {
    const opened = openSync(file, "wx");
    try {
      closeSync(opened);
    } catch (error) {
      // The file is there, and would stand in the way of the next training in this process.
      rmSync(file, { force: true });
      throw error;
    }
  } catch (error) {
    throw new UserError(`cannot lock ${directory}: ${reason(error)}`, { cause: error });
  }
}

/** Who else is at work in a directory; what is left of those that were killed is removed. */
function otherIn(directory: string): (Owner & { readonly file: string }) | undefined {
  for (const name of readdirSync(directory)) {
    const [, whose = owner] = ours.exec(name) ?? [];
    if (whose === owner) continue;
    const other = ownerOf(whose);
    if (other.isAlive) return { ...other, file: join(directory, name) };
    rmSync(join(directory, name), { force: true });
  }
  return undefined;
}

function taken(directory: string, { pid, host, file }: Owner & { readonly file: string }): string {
  return (
    `${directory} is being trained in by process ${pid} on ${host}; wait for it, stop it, or choose another --out ` +
    `(if there is no such process, remove ${file})`
  );
}
