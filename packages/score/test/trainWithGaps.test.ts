import { js, matmul, random, type Tensor, tensor } from "@scoretape/autograd";
import {
  describe as describing,
  type FilledState,
  fingerprint,
  loadTraining,
  modelOf,
  saveModel,
  trainWithGaps,
} from "@scoretape/score/model";
import { describe, expect, test } from "vitest";
import { normal } from "./support/normal.ts";

const gap = Number.NaN;

/** Rows of two columns that go together; where the first is above 0, every second row misses the other. */
function rows(n: number): Tensor {
  const full = matmul(
    normal(0, [n, 2]),
    tensor(
      [
        [1, 0.9],
        [0, 0.4],
      ],
      { dtype: "float64" },
    ),
  );
  const hides = (row: number): boolean => row % 2 === 0 && (full.data[2 * row] ?? 0) > 0;
  return tensor(
    full.data.map((value, i) => (i % 2 === 1 && hides((i - 1) / 2) ? gap : value)),
    { shape: [n, 2] },
  );
}

const values = rows(200);
const columns = ["a", "b"];
const origin = { columns, values, set: null };
const description = describing(
  { ...origin, data: { kind: "file", name: "x.csv", rows: 200, sha256: fingerprint(origin) } },
  { steps: 20, hidden: [8], batch: 32 },
);
const eager = { backend: js } as const;

describe("trainWithGaps", () => {
  test("the description has the shares of the gaps, and starts from the normal distribution of what is seen", () => {
    const share = values.data.filter(Number.isNaN).length / 200;
    expect(description.gaps).toEqual([0, share]);
    expect(share).toBeGreaterThan(0.15);
    expect(description.moments?.deviation.data.every((value) => value > 0)).toBe(true);
  });

  test("gaps are drawn five times, each time otherwise, and the last parameters are of the last rows", async () => {
    const rounds = new Map<number, Float32Array>();
    const { state, filling } = await trainWithGaps(description, values, {
      ...eager,
      checkpointEvery: 4,
      onCheckpoint: ({ filling: { round, cells } }) => {
        rounds.set(round, Float32Array.from(cells.data));
      },
    });
    expect([...rounds.keys()]).toEqual([0, 1, 2, 3, 4]);
    expect(new Set([...rounds.values()].map((cells) => cells.join())).size).toBe(5);
    expect(filling.cells.size).toBe(values.data.filter(Number.isNaN).length);
    expect([state.step, state.history.losses.length]).toEqual([20, 20]);
    expect(state.best?.step).toBeGreaterThanOrEqual(16);
    const samples = modelOf(description, state.averaged).sample(random.key(0), 10);
    expect(samples.data.every(Number.isFinite)).toBe(true);
  });

  test("a model that learns nothing draws other gaps each time all the same", async () => {
    const rounds = new Map<number, Float32Array>();
    await trainWithGaps(
      describing(
        { ...origin, data: description.data },
        { steps: 10, hidden: [8], batch: 32, learningRate: 1e-12 },
      ),
      values,
      {
        ...eager,
        checkpointEvery: 2,
        onCheckpoint: ({ filling: { round, cells } }) => {
          rounds.set(round, Float32Array.from(cells.data));
        },
      },
    );
    const [, first = new Float32Array(), ...later] = [...rounds.values()];
    expect(later).toHaveLength(3);
    // Of two draws given a first coordinate the mean difference is 2/√π of their deviation, which is a third or more.
    for (const cells of later) {
      const apart = cells.reduce((sum, cell, i) => sum + Math.abs(cell - (first[i] ?? 0)), 0) / cells.length;
      expect(apart).toBeGreaterThan(0.1);
    }
  });

  test("stopped anywhere and saved, it goes on to the same bits", async () => {
    const whole = await trainWithGaps(description, values, eager);
    for (const stop of [0, 8, 11]) {
      let reached: FilledState | undefined;
      const controller = new AbortController();
      if (stop === 0) controller.abort();
      await trainWithGaps(description, values, {
        ...eager,
        signal: controller.signal,
        onProgress: ({ step }) => {
          if (step === stop) controller.abort();
        },
        onCheckpoint: (state) => {
          reached = state;
        },
      });
      if (reached === undefined) throw new Error("there was no checkpoint");
      const { state, filling } = loadTraining(saveModel(description, reached.state, reached.filling));
      if (filling === null) throw new Error("the filling was lost");
      const end = await trainWithGaps(description, values, { ...eager, resume: { state, filling } });
      expect(saveModel(description, end.state, end.filling)).toEqual(
        saveModel(description, whole.state, whole.filling),
      );
    }
  });

  test("a state is not saved without what stands for the gaps", async () => {
    const { state } = await trainWithGaps(description, values, { ...eager, signal: { aborted: true } });
    expect(() => saveModel(description, state)).toThrow(/saveModel: filling is null where description\.gaps/);
  });
});
