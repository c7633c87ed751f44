import { fileURLToPath } from "node:url";
import { type OutputChunk, rolldown } from "rolldown";
import { beforeAll, expect, test } from "vitest";
import { verbNames } from "../../src/flags/verb.ts";

/** The chunks of the program and of each verb by their names, the packages left outside. */
let chunks: ReadonlyMap<string, OutputChunk>;
beforeAll(async () => {
  const source = (path: string): string => fileURLToPath(new URL(`../../src/${path}.ts`, import.meta.url));
  const build = await rolldown({
    input: {
      main: source("main"),
      ...Object.fromEntries(verbNames.map((verb) => [verb, source(`commands/${verb}`)])),
    },
    platform: "node",
    external: /^[^./]/,
  });
  const { output } = await build.generate({ format: "esm" });
  await build.close();
  chunks = new Map(output.flatMap((file) => (file.type === "chunk" ? [[file.fileName, file]] : [])));
});

/** The packages that are loaded before anything of a chunk runs. */
function packagesOf(name: string): string[] {
  const loaded = new Set<string>();
  const load = (own: string): void => {
    for (const other of chunks.get(own)?.imports ?? []) {
      if (loaded.has(other)) continue;
      loaded.add(other);
      load(other);
    }
  };
  load(`${name}.js`);
  return [...loaded].filter((other) => !chunks.has(other) && !other.startsWith("node:"));
}

test("help, version and mistakes load nothing but the tables of verbs and flags", () => {
  expect(packagesOf("main")).toEqual(["commander"]);
  // And the verbs do load the libraries, so that this test sees what it looks for.
  expect(packagesOf("sample")).toContain("@scoretape/score/model");
});

test("only verbs that draw plots load what draws them", () => {
  const drawing = verbNames.filter((verb) => packagesOf(verb).includes("@observablehq/plot"));
  expect(drawing).toEqual(["train", "plot", "lab"]);
});
