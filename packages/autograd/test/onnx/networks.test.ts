import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  add,
  cast,
  checkGradients,
  compile,
  cos,
  expandDims,
  jvp,
  mean,
  mul,
  norm,
  random,
  square,
  squeeze,
  sum,
  type Tensor,
  tensor,
  tree,
  valueAndGrad,
  vmap,
} from "../../src/index.ts";
import { fromOnnx, type OnnxParams } from "../../src/onnx.ts";
import { largestDifference, scaleOf } from "../support/distance.ts";

interface Kept {
  readonly shape: number[];
  readonly data: number[];
}

/** What PyTorch computes in float64 of a network whose weights are float32 numbers. */
interface Recorded {
  readonly name: string;
  readonly inputs: Kept[];
  readonly output: Kept;
  /** Of Σ cos(i)·yᵢ by each input. */
  readonly gradients: Kept[];
  /** The norms of that by each parameter, by its name. */
  readonly norms: Record<string, number>;
}

const fixture = (name: string): Buffer => readFileSync(new URL(`fixtures/${name}`, import.meta.url));
const recorded: Recorded[] = fixture("networks.jsonl")
  .toString()
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));
const float64 = ({ shape, data }: Kept): Tensor => tensor(Float64Array.from(data), { shape });
const toFloat64 = (params: OnnxParams): OnnxParams =>
  tree.map((leaf: Tensor) => cast(leaf, "float64"), params);

/** Both sides in float64, but for numbers that the exporters round to float32. */
const FLOAT64 = 1e-6;
/** Of some dozen layers in float32. */
const FLOAT32 = 2e-5;
/** The same operations in another order. */
const COMPILED = 1e-12;

function expectClose(actual: Tensor, expected: Tensor, tolerance: number): void {
  expect(actual.shape).toEqual(expected.shape);
  expect(largestDifference(actual.data, expected.data) / scaleOf(expected)).toBeLessThanOrEqual(tolerance);
}

const files = recorded.flatMap((record) =>
  ["dynamo", "script"].map((exporter) => ({ ...record, exporter, file: `${record.name}.${exporter}.onnx` })),
);

describe.each(files)(
  "PyTorch's $file",
  ({ file, name, inputs: recordedInputs, output, gradients, norms }) => {
    const model = fromOnnx(fixture(file));
    const params = toFloat64(model.params);
    const inputs = recordedInputs.map(float64);
    const y = float64(output);

    test("computes what PyTorch does, in float64 and in float32", () => {
      expectClose(model.apply(params, ...inputs), y, FLOAT64);
      const single = inputs.map((x) => cast(x, "float32"));
      expectClose(model.apply(model.params, ...single), y, FLOAT32);
    });

    test("has PyTorch's gradients, by inputs and by parameters", () => {
      const loss = (p: OnnxParams, x: Tensor[]): Tensor => {
        const scores = model.apply(p, ...x);
        const places = tensor(
          Float64Array.from({ length: scores.size }, (_, i) => i),
          { shape: scores.shape },
        );
        return sum(mul(cos(places), scores));
      };
      const [, byParams] = valueAndGrad(loss)(params, inputs);
      const [, byInputs] = valueAndGrad((x: Tensor[]) => loss(params, x))(inputs);
      gradients.map(float64).forEach((gradient, i) => {
        expectClose(byInputs[i] ?? tensor(0), gradient, FLOAT64);
      });
      const found = new Map<string, number>();
      tree.map((leaf: Tensor, path) => {
        found.set(path, norm(leaf).item());
        return leaf;
      }, byParams);
      // Exporters merge a batch normalisation into the convolution before it, and the other one makes group normalisations of
      // several nodes, whose numbers have no names.
      const isMerged = (key: string): boolean =>
        /norm/.test(key) || (name === "convolutional" && /^first/.test(key));
      const kept = Object.entries(norms).filter(([key]) => !isMerged(key));
      for (const [key, size] of kept) {
        expect(Math.abs((found.get(key) ?? Number.NaN) - size)).toBeLessThanOrEqual(
          FLOAT64 * Math.max(1, size),
        );
      }
    });

    test("takes a batch of any size, whose rows are apart, by vmap too", () => {
      const rows = model.apply(params, ...inputs);
      const larger = inputs.map((x) =>
        tensor(Float64Array.of(...x.data, ...x.data), { shape: [6, ...x.shape.slice(1)] }),
      );
      const twice = model.apply(params, ...larger);
      expectClose(
        twice,
        tensor(Float64Array.of(...rows.data, ...rows.data), { shape: twice.shape }),
        COMPILED,
      );
      const one = (...x: Tensor[]): Tensor =>
        squeeze(model.apply(params, ...x.map((row) => expandDims(row, 0))), 0);
      expectClose(vmap(one)(...inputs), rows, COMPILED);
    });

    /** Sliced score matching with variance reduction along one probe a row: vᵀJv + ½‖s‖² (Song et al. 2019, equation 8). */
    const sliced = (p: OnnxParams, x: Tensor, ...rest: Tensor[]): Tensor => {
      const probes = random.rademacher(random.key(3), x.shape, { dtype: "float64" });
      const [s, slopes] = jvp((at: Tensor) => model.apply(p, at, ...rest), [x], [probes]);
      return add(mean(mul(probes, slopes)), mul(0.5, mean(square(s))));
    };

    test("has right derivatives of a sliced loss, which are of second order, and compiles to them", () => {
      const settings = { key: random.key(4), order: 1, tolerance: 1e-5 };
      const [x = tensor(0), ...rest] = inputs;
      checkGradients((at: Tensor) => sliced(params, at, ...rest), [x], settings);
      // Along one line through all parameters.
      const along = (t: Tensor): OnnxParams =>
        tree.map((leaf: Tensor, path) => {
          const direction = random.normal(random.foldIn(random.key(5), path.length), leaf.shape, {
            dtype: "float64",
          });
          return add(leaf, mul(t, mul(0.1, direction)));
        }, params);
      checkGradients(
        (t: Tensor) => sliced(along(t), x, ...rest),
        [tensor(0, { dtype: "float64" })],
        settings,
      );
      const step = valueAndGrad((p: OnnxParams, at: Tensor, ...others: Tensor[]) => sliced(p, at, ...others));
      const expected = step(params, x, ...rest);
      const actual = compile(step)(params, x, ...rest);
      tree.zip(
        (a: Tensor, b: Tensor) => {
          expectClose(a, b, COMPILED);
          return a;
        },
        actual,
        expected,
      );
    });
  },
);
