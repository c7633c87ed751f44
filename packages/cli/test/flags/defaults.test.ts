import { readFileSync } from "node:fs";
import { trainingDefaults } from "@scoretape/score/model";
import { expect, test } from "vitest";
import { defaults } from "../../src/flags/defaults.ts";
import { type Flag, optionOf } from "../../src/flags/flag.ts";
import { settingFlags } from "../../src/flags/settings.ts";

test("the README tells the settings of a training that was told none", () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8").replace(/\s+/g, " ");
  const settings = Object.entries<Flag<unknown>>(settingFlags).flatMap(([name, { value, verbs }]) => {
    const given = verbs.train?.default;
    return given === undefined || given === false ? [] : [`${optionOf(name)} ${value.show(given)}`];
  });
  expect(readme).toContain(`\`${settings.join(" ")}\``);
});

test("the help tells the defaults of the library", () => {
  const { steps, ...settings } = trainingDefaults;
  expect(defaults).toEqual({ ...settings, steps });
  expect(Object.keys(settings).filter((name) => !(name in settingFlags))).toEqual([]);
});
