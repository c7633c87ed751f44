import { readFileSync } from "node:fs";
import { data, scoreMatchingObjectives } from "@scoretape/score";
import { describe, expect, test } from "vitest";
import { publicValues } from "../../autograd/test/support/publicValues.ts";

const folder = new URL("../", import.meta.url);

describe("the README", () => {
  const readme = readFileSync(new URL("README.md", folder), "utf8");
  const lines = readme.split("\n");

  test.each(Object.entries(scoreMatchingObjectives))(
    "has the facts of %s",
    (name, { formula, passes, needs }) => {
      const facts = [`\`${name}\``, formula, passes.formula, needs.join(", ") || "nothing"];
      const row = `| ${facts.join(" | ")} | `;
      expect(
        lines.filter((line) => line.startsWith(row)),
        `a row that begins with ${row}`,
      ).toHaveLength(1);
    },
  );

  test("has every data set", () => {
    const missing = data.names().filter((name) => !lines.some((line) => line.startsWith(`| \`${name}\` | `)));
    expect(missing).toEqual([]);
  });

  test("names every public function", () => {
    const values = ["index", "images", "tables", "synthetic", "model", "export"].flatMap((entry) =>
      publicValues(folder, entry),
    );
    const functions = values.filter(({ isFunction }) => isFunction);
    const named = new Set(Array.from(readme.matchAll(/`([\w.]+)/g), ([, name]) => name));
    const names = functions.map(({ name }) => name.replace(/^(images|tables|synthetic|model|export)\./, ""));
    expect(names.filter((name) => !named.has(name))).toEqual([]);
  });
});
