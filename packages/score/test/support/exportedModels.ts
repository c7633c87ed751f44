import { readFileSync } from "node:fs";
import { add, concat, mul, random, type Tensor, type TreeOf, tensor, tree } from "@scoretape/autograd";
import { describe, loadModel, type Model, modelOf, networkOf, type Wishes } from "@scoretape/score/model";

// A model of each kind that a training can make, with parameters drawn at random, so that nothing of it is 0.

const fixture = (path: string): Buffer => readFileSync(new URL(`../fixtures/${path}`, import.meta.url));
const sha256 = "0".repeat(64);

/** Parameters that are none of a start, where the last layer is 0. */
function shaken<T extends TreeOf<T>>(parameters: T): T {
  let i = 0;
  return tree.map((leaf: Tensor) => {
    i += 1;
    return add(leaf, mul(0.3 / Math.sqrt(leaf.shape[0] ?? 1), random.normal(random.key(i), leaf.shape)));
  }, parameters);
}

/** A model of rows with one mean each, and columns that go together. */
function ofRows(means: readonly number[], wishes: Wishes): Model {
  const d = means.length;
  const columns = means.map((_, j) => `column ${j}`);
  const mixed = random.normal(random.key(3), [d, d], { dtype: "float64" });
  const rows = random.normal(random.key(4), [60, d], { dtype: "float64" });
  const together = concat(
    means.map((_, j) =>
      tensor(
        Float64Array.from({ length: 60 }, (__, i) =>
          Array.from({ length: d }).reduce<number>(
            (sum, ___, k) => sum + (rows.data[i * d + k] ?? 0) * (mixed.data[k * d + j] ?? 0),
            0,
          ),
        ),
        { shape: [60, 1] },
      ),
    ),
    1,
  );
  const values = add(together, tensor(means, { dtype: "float64" }));
  const origin = { kind: "file", name: "rows.csv", rows: 60, sha256 } as const;
  const description = describe(
    { data: origin, columns, values, set: null },
    { hidden: [6, 5], levels: 4, steps: 5, ...wishes },
  );
  return modelOf(description, shaken(networkOf(description).init(random.key(5))));
}

function ofImages(classes: readonly string[] | undefined): Model {
  const columns = Array.from({ length: 16 }, (_, i) => `pixel ${i}`);
  const values = random.normal(random.key(0), [20, 16], { dtype: "float64" });
  const told = classes === undefined ? {} : { classes };
  const description = describe(
    {
      data: { kind: "file", name: "images", rows: 20, sha256 },
      ...{ columns, values, set: null, image: [4, 4, 1], ...told },
    },
    { channels: [4, 4], levels: 4, steps: 5 },
  );
  return modelOf(description, shaken(networkOf(description).init(random.key(1))));
}

export const models = {
  rows: ofRows([3, -200, 0.5], {}),
  energy: ofRows([3, -20], { learn: "energy" }),
  target: ofRows([3, -20, 7, 1], { target: ["column 1", "column 3"] }),
  images: ofImages(undefined),
  classes: ofImages(["bright", "dark", "grey"]),
  "version 1": loadModel(fixture("version1/pair/model.safetensors"), {
    description: fixture("version1/pair/model.json").toString(),
  }),
  "version 2": loadModel(fixture("version2/model.safetensors")),
  "far from 0": ofRows([1e7, 0], {}),
} as const satisfies Readonly<Record<string, Model>>;
