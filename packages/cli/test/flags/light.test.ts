import { fileURLToPath } from "node:url";
import { type OutputChunk, rolldown } from "rolldown";
import { expect, test } from "vitest";

test("help, version and mistakes load nothing but the tables of verbs and flags", async () => {
  const build = await rolldown({
    input: fileURLToPath(new URL("../../src/main.ts", import.meta.url)),
    platform: "node",
    external: /^[^./]/,
  });
  const { output } = await build.generate({ format: "esm" });
  await build.close();
  const chunks = new Map(output.flatMap((file) => (file.type === "chunk" ? [[file.fileName, file]] : [])));
  const loaded = new Set<string>();
  const load = (chunk: OutputChunk): void => {
    for (const name of chunk.imports.filter((other) => !loaded.has(other))) {
      loaded.add(name);
      const next = chunks.get(name);
      if (next !== undefined) load(next);
    }
  };
  for (const chunk of chunks.values()) if (chunk.isEntry) load(chunk);
  const packages = [...loaded].filter((name) => !chunks.has(name) && !name.startsWith("node:"));
  expect(packages).toEqual(["commander"]);
  // And the verbs do load the libraries, so that this test sees what it looks for.
  const later = [...chunks.values()].flatMap(({ imports }) => imports);
  expect(later).toContain("@scoretape/score");
});
