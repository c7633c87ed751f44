import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { filesIn } from "./files.ts";

/** A training that takes a moment. */
export const short = [
  ...["--steps", "30", "--hidden", "8", "--batch", "16", "--levels", "3"],
  ...["--steps-per-level", "3", "--samples", "20"],
];

/** Every file of a training's directory, and in the folders there, without what differs from run to run. */
export function contentsOf(directory: string): [name: string, content: string][] {
  return filesIn(directory)
    .filter((name) => statSync(join(directory, name)).isFile())
    .map((name) => [name, contentOf(join(directory, name))]);
}

function contentOf(path: string): string {
  return readFileSync(path, "latin1")
    .replace(/"seconds": \{[^}]*\}/, "")
    .replaceAll(/plot-clip-\d+/g, "clip");
}
