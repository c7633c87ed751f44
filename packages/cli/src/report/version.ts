import { createRequire } from "node:module";
import { readText } from "../files/read.ts";

const { resolve } = createRequire(import.meta.url);

/** The version of one of the project's packages. */
export function versionOf(name: "scoretape" | "@scoretape/autograd" | "@scoretape/score"): string {
  const path = resolve(`${name}/package.json`);
  const { version }: { version?: unknown } = JSON.parse(readText(path));
  return String(version);
}

/** The versions of all that decides a result. */
export function versions(): Readonly<Record<string, string>> {
  return {
    scoretape: versionOf("scoretape"),
    "@scoretape/autograd": versionOf("@scoretape/autograd"),
    "@scoretape/score": versionOf("@scoretape/score"),
    node: process.version,
    v8: process.versions.v8,
  };
}
