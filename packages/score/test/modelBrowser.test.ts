import { readFileSync } from "node:fs";
import { tensor } from "@scoretape/autograd";
import { loadModel } from "@scoretape/score/model";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasBrowser, ScriptPage } from "../../autograd/test/support/browser.ts";

const fixture = (name: string): Buffer => readFileSync(new URL(`fixtures/version2/${name}`, import.meta.url));

describe.skipIf(!hasBrowser)("a model in Chromium", () => {
  let page: ScriptPage;
  beforeAll(async () => {
    page = await ScriptPage.open(new URL("page/model.ts", import.meta.url));
  });
  afterAll(async () => {
    await page?.close();
  });

  test("has the score that it has in Node, and the samples that the command wrote", async () => {
    const bytes = fixture("model.safetensors");
    const points = [
      [100, -5000],
      [97, -4980],
    ];
    const lines = fixture("samples.csv").toString().trim().split("\n").slice(1);
    expect(await page.call("use", [...bytes], points, 4, 5)).toEqual({
      columns: ["length", "width, in mm"],
      score: loadModel(bytes).score(tensor(points)).toArray(),
      samples: lines.map((line) => line.split(",").map(Number)),
    });
  });

  test("that is damaged says so in a line", async () => {
    const damaged = fixture("model.safetensors");
    damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
    expect(await page.call("refusal", [...damaged])).toMatch(
      /^ModelError: loadModel: its checksum [^\n]+anew$/,
    );
  });
});
