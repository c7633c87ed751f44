// Runs in a browser: what a page does with a model's file.
import { tensor } from "@scoretape/autograd";
import { keysOf, loadModel } from "@scoretape/score/model";

Object.assign(globalThis, {
  use: (bytes: number[], points: number[][], seed: number, count: number) => {
    const model = loadModel(Uint8Array.from(bytes));
    return {
      columns: model.description.columns,
      score: model.score(tensor(points)).toArray(),
      samples: model.sample(keysOf(seed).sampling, count, { stepsPerLevel: 3 }).toArray(),
    };
  },
  refusal: (bytes: number[]) => {
    try {
      loadModel(Uint8Array.from(bytes));
      return "";
    } catch (error) {
      return String(error);
    }
  },
});
