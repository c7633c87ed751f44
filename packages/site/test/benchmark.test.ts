import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { latestReport, sectionsOf } from "../markdown/benchmark/sections.ts";

const folder = fileURLToPath(new URL("../../bench/report", import.meta.url));

test("the charts have the ratios of the committed report, and the table beside them too", () => {
  const file = readdirSync(folder)
    .filter((name) => name.endsWith(".md"))
    .sort()
    .at(-1);
  const [inShort = ""] = readFileSync(`${folder}/${file}`, "utf8").split("## Goals");
  const committed = Array.from(inShort.matchAll(/\| ([\d.]+)×/g), ([, ratio]) => ratio);
  const section = sectionsOf(latestReport()).ratios?.() ?? "";
  const drawn = Array.from(section.matchAll(/>([\d.]+)×</g), ([, ratio]) => ratio);
  const told = Array.from(section.matchAll(/\*\*([\d.]+)\*\*<br>/g), ([, ratio]) => ratio);
  expect(committed.length).toBeGreaterThan(50);
  expect(drawn.sort()).toEqual(committed.sort());
  expect(told.sort()).toEqual(committed);
});

test("sections have tables, each with rows", () => {
  for (const [name, section] of Object.entries(sectionsOf(latestReport()))) {
    if (name === "run" || name === "standing") continue;
    expect(section().match(/^\|/gm)?.length ?? 0, name).toBeGreaterThan(3);
  }
});
