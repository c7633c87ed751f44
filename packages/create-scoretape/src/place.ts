import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, relative, resolve } from "node:path";
import { Mistake } from "./mistake.ts";

/** Where a project goes, and its name. */
export interface Place {
  readonly path: string;
  /** The path from where the user is; empty for that folder itself. */
  readonly from: string;
  readonly name: string;
}

/** What a folder may hold before: a repository that somebody has begun. */
const harmless = new Set([".git"]);

/** Names that npm keeps for itself. */
const kept = new Set(["node_modules", "favicon.ico"]);

/**
 * The place that a directory on the command line means.
 *
 * @throws {@link Mistake} where something is there, or whose name cannot be a package's.
 */
export function placeOf(directory: string): Place {
  if (directory.trim() === "") throw new Mistake("the directory has no name");
  const path = resolve(directory);
  const name = basename(path);
  if (!/^[a-z0-9][a-z0-9._-]{0,213}$/.test(name) || kept.has(name)) {
    const like = suggestion(name);
    throw new Mistake(
      `${JSON.stringify(name)} cannot be the name of a package: take small letters, digits and dashes${like === "" ? "" : `, such as ${like}`}`,
    );
  }
  const place = { path, from: relative("", path), name };
  if (!existsSync(path)) return place;
  if (!statSync(path).isDirectory()) throw new Mistake(`${directory} is a file: name another directory`);
  const found = readdirSync(path).filter((entry) => !harmless.has(entry));
  if (found.length === 0) return place;
  throw new Mistake(`${directory} is not empty, it has ${found[0]}: name another directory`);
}

/** A name like one that cannot be. */
function suggestion(name: string): string {
  // The capital of ß is SS; an umlaut is a letter and a mark.
  const like = name
    .toUpperCase()
    .toLowerCase()
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 40);
  return like === "node-modules" ? "" : like;
}
