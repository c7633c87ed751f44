import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTraining } from "../src/model/store.ts";
import { remarkOn } from "../src/training/remark.ts";
import { scoretape } from "./support/cli.ts";
import { makeWorkplace, type Workplace } from "./support/files.ts";

// Which of a training's steps becomes the model.

let place: Workplace;
beforeAll(() => {
  place = makeWorkplace();
});
afterAll(() => place.remove());

async function train(name: string, ...options: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await scoretape([
    ...[
      "train",
      "moons",
      "--rows",
      "60",
      "--hidden",
      "8",
      "--batch",
      "16",
      "--samples",
      "10",
      "--steps-per-level",
      "1",
    ],
    ...["--out", place.path(name), ...options],
  ]);
  expect(code, stderr).toBe(0);
  return stdout;
}

const stateOf = (name: string) => openTraining(place.path(name)).model.state;

describe("--refit", () => {
  test("trains on the rows kept aside too, for as many steps as were best, and goes on where it was", async () => {
    // At such a rate few rows are soon known by heart.
    const options =
      "--rows 100 --hidden 32 --batch 32 --steps 1000 --learning-rate 0.05 --ema 0.9 --validation 0.3".split(
        " ",
      );
    await train("chosen", ...options);
    const { best } = stateOf("chosen");
    expect(best?.step).toBeGreaterThan(0);
    expect(best?.step).toBeLessThan(1000);
    await train("anew", ...options, "--refit");
    const { model } = openTraining(place.path("anew"));
    expect(model.description.refitSteps).toBe(best?.step);
    expect([model.state.step, model.state.best]).toEqual([best?.step, null]);
    expect(model.state.history.losses).not.toEqual(stateOf("chosen").history.losses.slice(0, best?.step));
    const out = place.path("anew");
    const again = await scoretape([
      ..."train --resume --samples 10 --steps-per-level 1 --out".split(" "),
      out,
    ]);
    expect(again.code, again.stderr).toBe(0);
    expect(stateOf("anew").step).toBe(best?.step);
  });

  test("of a training in which no step was better than its start is the start", async () => {
    await train("start", "--steps", "100", "--learning-rate", "1e6", "--refit");
    expect(openTraining(place.path("start")).model.description.refitSteps).toBe(0);
    expect(stateOf("start").step).toBe(0);
  });
});

test("--patience ends a training so many steps after its best", async () => {
  await train("patient", "--steps", "2000", "--learning-rate", "0.5", "--patience", "200");
  const { step, best } = stateOf("patient");
  expect(step).toBe((best?.step ?? Number.NaN) + 200);
  expect(step).toBeLessThan(2000);
});

describe("what is said of the choice", () => {
  const state = (losses: readonly number[], step = 100 * (losses.length - 1)) => {
    const validation = losses.map((loss, i) => ({ step: 100 * i, loss }));
    const best = validation.reduce((a, b) => (b.loss < a.loss ? b : a));
    return { step, best, history: { losses: [], validation } };
  };

  test.each([
    ["nothing better than the start", [1, 1.1, 1.2, 1.3], /^No step was better/],
    [
      "past its best",
      [1, 0.5, 0.6, 0.7, 0.8],
      /^The model is that of step 100: later steps learned the rows/,
    ],
    ["still falling", [1, 0.8, 0.6, 0.4, 0.2], /^The loss .* was still falling/],
    ["all well", [1, 0.5, 0.2, 0.101, 0.1], /^$/],
    ["all well, to the noise", [1, 0.1, 0.1001, 0.1002, 0.1001], /^$/],
  ])("%s", (_, losses, remark) => {
    expect(remarkOn(state(losses))).toMatch(remark);
  });

  test("is nothing where no rows were kept aside", () => {
    expect(remarkOn({ step: 5, best: null, history: { losses: [], validation: [] } })).toBe("");
  });
});
