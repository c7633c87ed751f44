import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { publicValues } from "../../autograd/test/support/publicValues.ts";
import { apiPage, type Library } from "../markdown/api/address.ts";

const pages = fileURLToPath(new URL("../pages", import.meta.url));
const entries: Readonly<Record<Library, readonly string[]>> = {
  autograd: ["index", "gpu", "export", "onnx", "safetensors"],
  score: ["index", "tables", "images", "synthetic", "model", "export"],
};

test.each(["autograd", "score"] as const)("every value of %s has a page where apiPage says", (library) => {
  const folder = new URL(`../../${library}/`, import.meta.url);
  const names = entries[library].flatMap((entry) => publicValues(folder, entry).map(({ name }) => name));
  expect(names.length).toBeGreaterThan(100);
  expect(names.filter((name) => !existsSync(`${pages}${apiPage(library, name)}.md`))).toEqual([]);
});
