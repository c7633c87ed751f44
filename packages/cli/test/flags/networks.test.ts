import { cpSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { optionOf } from "../../src/flags/flag.ts";
import { flagsOf } from "../../src/flags/table.ts";
import type { Verb } from "../../src/flags/verb.ts";
import { scoretape } from "../support/cli.ts";
import { makeWorkplace, type Workplace } from "../support/files.ts";
import { noise, npyOf, pngOf } from "../support/images.ts";
import { contentsOf } from "../support/trained.ts";
import { cases } from "./cases.ts";

// A flag of sampling does something, whatever network the model has, or it is refused.

const few = ["--steps", "12", "--batch", "16", "--levels", "3", "--samples", "10", "--validation", "0"];
const perceptron = ["--network", "mlp", "--hidden", "6", "--steps-per-level", "2"];
const unet = ["--channels", "8"];
const labels = ["--labels", "labels.txt"];

/** The models: how each is trained, by its name. */
const models: Readonly<Record<string, readonly string[]>> = {
  "a perceptron of rows": ["two-modes", "--rows", "60", ...perceptron],
  "a perceptron of images": ["images.npy", ...perceptron],
  "a U-Net": ["images.npy", ...unet],
  "a U-Net of classes": ["images.npy", ...unet, ...labels],
};
const calls: { readonly [V in Verb]?: readonly string[] } = {
  sample: ["sample", "model", "--count", "4"],
  inpaint: ["inpaint", "model", "image.png", "--count", "3"],
  denoise: ["denoise", "model", "image.png"],
  interpolate: ["interpolate", "model", "image.png", "other.png", "--count", "3"],
  evaluate: ["evaluate", "model", "--samples", "10"],
  plot: ["plot", "model", "--samples", "10"],
};
const verbs = Object.keys(calls) as (keyof typeof calls)[];

const places = new Map<string, Workplace>();
beforeAll(async () => {
  for (const [name, words] of Object.entries(models)) {
    const place = makeWorkplace();
    places.set(name, place);
    const bytes = noise(360).map((byte, i) => (i % 18 < 9 ? byte >> 2 : byte));
    place.write("images.npy", npyOf("|u1", [40, 3, 3], bytes));
    place.write("labels.txt", "odd\neven\n".repeat(20));
    for (const [i, file] of ["image.png", "other.png"].entries()) {
      place.write(file, pngOf({ height: 3, width: 3, data: noise(9, i) }));
    }
    const { code, stderr } = await at(place, ["train", "--out", "model", ...words, ...few]);
    if (code > 1) throw new Error(stderr);
  }
});
afterAll(() => {
  for (const place of places.values()) place.remove();
});

async function at(place: Workplace, argv: readonly string[]) {
  const home = process.cwd();
  process.chdir(place.path());
  try {
    return await scoretape(argv);
  } finally {
    process.chdir(home);
  }
}

/** What a call leaves, in a copy of the folder of a model. */
async function outcomeOf(model: string, argv: readonly string[]) {
  const place = makeWorkplace();
  try {
    cpSync(places.get(model)?.path() ?? "", place.path(), { recursive: true });
    const { code, stdout, stderr } = await at(place, argv);
    return { code, stderr, all: JSON.stringify([stdout, stderr, contentsOf(place.path())]) };
  } finally {
    place.remove();
  }
}

describe.each(Object.keys(models))("of %s", (model) => {
  describe.each(verbs)("%s", (verb) => {
    const names = flagsOf(verb).flatMap(([name, { group }]) => (group === "sampling" ? [name] : []));
    test.each(names.map((name) => [optionOf(name), name]))("%s", async (option, name) => {
      const one = Object.entries(cases).find(([key]) => key === name)?.[1][verb];
      if (one === undefined) throw new Error(`${verb} ${option} has no case`);
      const argv = [...(calls[verb] ?? []), ...(one.beside ?? [])];
      const [without, with_] = [
        await outcomeOf(model, argv),
        await outcomeOf(model, [...argv, ...one.given]),
      ];
      // Where the model cannot do it at all, the flag is not to blame.
      if (without.code !== 0) return expect([without.code, with_.code]).toEqual([2, 2]);
      if (with_.code === 0) return expect(with_.all).not.toBe(without.all);
      expect(with_.code).toBe(2);
      expect(with_.stderr).toMatch(/^scoretape: [^\n]+\n$/);
      expect(with_.stderr).toContain(option);
    });
  });
});
