import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Mistake } from "./mistake.ts";

/**
 * Writes files into a folder that is empty or not there: all of them, or none, in which case what was made on the way is
 * removed and the error thrown on.
 *
 * @param files - Texts by their paths from the folder.
 */
export function writeAll(folder: string, files: ReadonlyMap<string, string>): void {
  const first = mkdirSync(folder, { recursive: true });
  const moved: string[] = [];
  let stage: string | undefined;
  try {
    stage = mkdtempSync(join(folder, ".create-scoretape-"));
    for (const [path, text] of files) {
      mkdirSync(dirname(join(stage, path)), { recursive: true });
      writeFileSync(join(stage, path), text);
    }
    for (const entry of readdirSync(stage)) {
      const target = join(folder, entry);
      if (existsSync(target)) throw new Mistake(`${target} has come up meanwhile: name another directory`);
      renameSync(join(stage, entry), target);
      moved.push(target);
    }
    rmSync(stage, { recursive: true });
  } catch (error) {
    for (const made of [...moved, stage, first]) {
      if (made !== undefined) rmSync(made, { recursive: true, force: true });
    }
    throw error;
  }
}
