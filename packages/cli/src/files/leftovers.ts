import { randomUUID } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { owner, ownerOf, ownerPattern } from "./owner.ts";

const PREFIX = ".scoretape-tmp-";
const ours = new RegExp(`^${PREFIX.replaceAll(".", "\\.")}(${ownerPattern})-[0-9a-f]{8}$`);

/** A name for a temporary file in a directory, that no other file has. */
export function temporaryName(directory: string): string {
  return join(directory, `${PREFIX}${owner}-${randomUUID().slice(0, 8)}`);
}

/** Removes the temporary files that processes left which were killed. */
export function removeLeftovers(directory: string): void {
  for (const name of readdirSync(directory)) {
    const [, whose] = ours.exec(name) ?? [];
    if (whose !== undefined && !ownerOf(whose).isAlive) rmSync(join(directory, name), { force: true });
  }
}
