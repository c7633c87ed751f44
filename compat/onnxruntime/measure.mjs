// Whether ONNX Runtime evaluates scores faster than this project's WebAssembly: the same networks in both, in turn, in one
// process on one machine. Of each round the processor's time and the wall's; told are medians, and the ratio of
// ONNX Runtime to WebAssembly: below 1 it is faster. After a build: node compat/onnxruntime/measure.mjs
import { add, compile, mul, random, tensor, tree, wasm } from "@scoretape/autograd";
import { exportFunction } from "@scoretape/score/export";
import { describe, modelOf, networkOf } from "@scoretape/score/model";
import ort from "onnxruntime-node";

const ROUNDS = 9;
/** Each round takes at least so long, in milliseconds. */
const LEAST = 150;

/** @type {readonly (readonly [string, number, object, object])[]} */
const cases = [
  ...[64, 128, 256, 512, 1024].map((width) => [
    `mlp ${width}-${width}`,
    2000,
    { hidden: [width, width] },
    {},
  ]),
  ["U-Net, 8x8, 32-64", 100, {}, { image: [8, 8, 1] }],
  ["U-Net, 28x28, 32-64", 100, {}, { image: [28, 28, 1] }],
];

/**
 * A model whose parameters are drawn at random.
 * @param {object} wishes
 * @param {{ image?: [number, number, number] }} shape
 */
function modelFor(wishes, shape) {
  const d = shape.image === undefined ? 8 : shape.image[0] * shape.image[1] * shape.image[2];
  const columns = Array.from({ length: d }, (_, j) => `column ${j}`);
  const values = random.normal(random.key(0), [100, d], { dtype: "float64" });
  const data = { kind: "file", name: "rows", rows: 100, sha256: "0".repeat(64) };
  const description = describe({ data, columns, values, set: null, ...shape }, { ...wishes, steps: 1 });
  let i = 0;
  const parameters = tree.map(
    (leaf) => {
      i += 1;
      const scale = 0.5 / Math.sqrt(leaf.shape.at(-2) ?? 1);
      return add(leaf, mul(scale, random.normal(random.key(i), leaf.shape)));
    },
    networkOf(description).init(random.key(1)),
  );
  return modelOf(description, parameters);
}

/**
 * Milliseconds of the processor and of the wall for one call.
 * @param {() => unknown} run
 * @param {number} calls
 */
async function timed(run, calls) {
  const [cpu, wall] = [process.cpuUsage(), performance.now()];
  for (let i = 0; i < calls; i++) await run();
  const { user, system } = process.cpuUsage(cpu);
  return { cpu: (user + system) / 1000 / calls, wall: (performance.now() - wall) / calls };
}

/** @param {number[]} values */
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

for (const threads of [1, 2]) {
  const backend = wasm({ threads });
  for (const [name, rows, wishes, shape] of cases) {
    const model = modelFor(wishes, shape);
    const d = model.description.columns.length;
    const score = compile((z, sigma) => model.standardScore(z, sigma), { backend });
    const [z, sigma] = [random.normal(random.key(2), [rows, d]), tensor(0.5)];
    const { content } = exportFunction(model);
    const session = await ort.InferenceSession.create(content, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      extra: { session: { intra_op: { allow_spinning: "0" } } },
    });
    const feeds = {
      x: new ort.Tensor("float32", Float32Array.from(z.data), [rows, d]),
      sigma: new ort.Tensor("float32", new Float32Array(rows).fill(0.5), [rows]),
    };
    const engines = { wasm: () => score(z, sigma), ort: () => session.run(feeds) };
    const times = { wasm: [], ort: [] };
    /** @type {Record<string, number>} */
    const calls = {};
    for (const [engine, run] of Object.entries(engines)) {
      await timed(run, 2);
      calls[engine] = Math.max(1, Math.ceil(LEAST / (await timed(run, 2)).cpu));
    }
    for (let round = 0; round < ROUNDS; round++) {
      for (const engine of round % 2 === 0 ? ["wasm", "ort"] : ["ort", "wasm"]) {
        times[engine].push(await timed(engines[engine], calls[engine]));
      }
    }
    const of = (engine, what) => median(times[engine].map((time) => time[what]));
    const ratio = (what) => median(times.ort.map((time, i) => time[what] / times.wasm[i][what])).toFixed(2);
    const shown = ["wasm", "ort"].map((engine) => `${engine} ${of(engine, "cpu").toFixed(2)} ms`).join(", ");
    console.log(
      `${threads} threads, ${name}, ${rows} rows: ${shown}; ratio ${ratio("cpu")} (wall ${ratio("wall")})`,
    );
  }
}
process.exit();
