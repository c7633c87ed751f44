import { createRequire } from "node:module";
import { Fields } from "../files/fields.ts";
import { readText } from "../files/read.ts";

const { resolve } = createRequire(import.meta.url);

/** The version of one of the project's packages. */
export function versionOf(name: "scoretape" | "@scoretape/autograd" | "@scoretape/score"): string {
  const path = resolve(`${name}/package.json`);
  return new Fields(JSON.parse(readText(path)), path).text("version");
}
