import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Flag, optionOf } from "../../src/flags/flag.ts";
import { settingFlags } from "../../src/flags/settings.ts";

test("the README tells the settings of a training that was told none", () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8").replace(/\s+/g, " ");
  const settings = Object.entries<Flag<unknown>>(settingFlags).map(
    ([name, { value, verbs }]) => `${optionOf(name)} ${value.show(verbs.train?.default)}`,
  );
  expect(readme).toContain(`\`${settings.join(" ")}\``);
});
