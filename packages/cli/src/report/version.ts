import { createRequire } from "node:module";
import { Fields } from "../files/fields.ts";
import { readText } from "../files/read.ts";

const { resolve } = createRequire(import.meta.url);

/** The version of one of the project's packages. */
export function versionOf(name: "scoretape" | "@scoretape/autograd" | "@scoretape/score"): string {
  const path = resolve(`${name}/package.json`);
  return new Fields(JSON.parse(readText(path)), path).text("version");
}

/** The versions of all that decides a result. */
export function versions(): Readonly<Record<string, string>> {
  return {
    scoretape: versionOf("scoretape"),
    "@scoretape/autograd": versionOf("@scoretape/autograd"),
    "@scoretape/score": versionOf("@scoretape/score"),
    node: process.version,
  };
}
