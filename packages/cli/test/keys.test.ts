import type * as engine from "@scoretape/autograd";
import { keysOf } from "@scoretape/score/model";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { KeyRecorder } from "../../autograd/test/support/keyRecorder.ts";
import { experiments } from "../src/lab/registry.ts";
import { scoretape } from "./support/cli.ts";
import { makeWorkplace, type Workplace } from "./support/files.ts";
import { idxOf, noise } from "./support/images.ts";

/** What notes the keys of the test that runs. */
const current = vi.hoisted(() => ({ recorder: undefined as KeyRecorder | undefined }));

// Every key of a seed is noted, and what a command runs on plain JavaScript.
vi.mock("@scoretape/autograd", async (original) => {
  const actual = await original<typeof engine>();
  return {
    ...actual,
    get js() {
      return current.recorder?.backend ?? actual.js;
    },
    random: {
      ...actual.random,
      key(seed: number) {
        return current.recorder?.key(seed) ?? actual.random.key(seed);
      },
    },
  };
});

let place: Workplace;
let recorder: KeyRecorder;
beforeAll(() => {
  place = makeWorkplace();
});
afterAll(() => place.remove());
beforeEach(() => {
  recorder = new KeyRecorder("js");
  current.recorder = recorder;
});

const training = ["--rows", "60", "--steps", "3", "--hidden", "4-4", "--batch", "4", "--levels", "3"];
const sampling = ["--samples", "60", "--steps-per-level", "2", "--backend", "js"];

async function run(...argv: string[]): Promise<void> {
  const { code, stderr } = await scoretape(argv);
  expect(code, stderr).toBe(0);
}

test("the keys of a seed are different, whatever they are for", () => {
  const keys = Object.values(keysOf(3)).map(({ data }) => data.join(","));
  expect(new Set(keys).size).toBe(keys.length);
});

/** Experiments compare on the same rows, probes, directions and resamples, so that differences are not chance. */
const comparisons = ["slicedWasserstein", "bootstrap", "compareEstimators", "steinResiduals", "drawGuidance"];

describe("a key is drawn from once, or other keys are made of it", () => {
  test.each([0, 1])("from the rows to learn from to the last measurement, with seed %d", async (seed) => {
    const model = place.path(`model-${seed}`);
    await run("train", "two-modes", "--out", model, "--seed", String(seed), ...training, ...sampling);
    // The loss on rows kept aside has the same noise each time.
    expect(recorder.coincidences({ repeatedBy: ["slicedWasserstein", "validate"] })).toEqual([]);
    expect(recorder.drawn).toBeGreaterThan(100);
    // Then anew: the rows, the samples and what they are measured by are the same.
    await run("evaluate", model, "--rows", "60", ...sampling);
    const expected = {
      repeatedBy: ["openSource", "testedRows", "drawSamples", "measure", "validate"],
      discardedBy: ["openModel"],
    };
    expect(recorder.coincidences(expected)).toEqual([]);
  });

  /** Images in the place of those of 28×28 pixels: how large they are decides nothing about keys. */
  function smallImages(): string {
    place.write(
      "small-labels-idx1-ubyte",
      idxOf(
        [80],
        Uint8Array.from({ length: 80 }, (_, i) => i % 10),
      ),
    );
    return place.write("small-images-idx3-ubyte", idxOf([80, 4, 4], noise(80 * 16)));
  }
  /** Fewer rows and steps than even a quick run has. */
  const few = (quick: number): number => (quick > 20 ? Math.max(20, quick >> 2) : quick);

  const named = experiments.map((experiment) => [experiment.name, experiment] as const);
  test.each(named)("in the experiment %s", async (name, experiment) => {
    await experiment.run({
      key: recorder.key(0),
      quick: true,
      backend: recorder.backend,
      model: null,
      data: name === "images" ? smallImages() : null,
      size: (_full, quick) => few(quick),
      track: (_steps, work) => work(() => undefined),
    });
    expect(recorder.drawn).toBeGreaterThan(10);
    expect(recorder.coincidences({ repeatedBy: comparisons })).toEqual([]);
  });
});
