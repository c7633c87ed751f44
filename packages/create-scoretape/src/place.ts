import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { Mistake } from "./mistake.ts";

/** Where a project goes, and its name. */
export interface Place {
  readonly path: string;
  readonly name: string;
}

/** What a folder may hold before: a repository that somebody has begun. */
const harmless = new Set([".git"]);

/**
 * The place that a directory on the command line means.
 *
 * @throws {@link Mistake} where something is there, or whose name cannot be a package's.
 */
export function placeOf(directory: string): Place {
  if (directory.trim() === "") throw new Mistake("the directory has no name");
  const path = resolve(directory);
  const name = basename(path);
  if (!/^[a-z0-9][a-z0-9._-]{0,213}$/.test(name) || name === "node_modules") {
    const like = suggestion(name);
    throw new Mistake(
      `${JSON.stringify(name)} cannot be the name of a package: take small letters, digits and dashes${like === "" ? "" : `, such as ${like}`}`,
    );
  }
  if (!existsSync(path)) return { path, name };
  if (!statSync(path).isDirectory()) throw new Mistake(`${directory} is a file: name another directory`);
  const found = readdirSync(path).filter((entry) => !harmless.has(entry));
  if (found.length === 0) return { path, name };
  throw new Mistake(`${directory} is not empty, it has ${found[0]}: name another directory`);
}

/** A name like one that cannot be. */
function suggestion(name: string): string {
  const like = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 40);
  return like === "node-modules" ? "" : like;
}
