// What somebody's program does with the libraries: every entry point is imported, a network is trained, sampled, written and
// read. Its results are compared between environments to the last bit.
import { nn, random, tensor } from "@scoretape/autograd";
import { onnx, stableHlo } from "@scoretape/autograd/export";
import * as gpu from "@scoretape/autograd/gpu";
import { fromOnnx } from "@scoretape/autograd/onnx";
import { read, write } from "@scoretape/autograd/safetensors";
import {
  annealedLangevin,
  data,
  geometricSchedule,
  noiseConditionalMlp,
  noiseLevelObjective,
  selected,
  train,
} from "@scoretape/score";
import * as exporting from "@scoretape/score/export";
import * as images from "@scoretape/score/images";
import * as models from "@scoretape/score/model";
import * as synthetic from "@scoretape/score/synthetic";
import { readTable } from "@scoretape/score/tables";

/** Numbers and texts that are the same wherever the program runs. */
export async function results() {
  const sigmas = geometricSchedule(2, 0.2, 4);
  const model = noiseConditionalMlp({ dimension: 2, hidden: [16, 16] });
  const losses = [];
  const state = await train({
    model,
    objective: noiseLevelObjective("sliced-vr", sigmas),
    data: data.moons.sample(random.key(0), 200),
    key: random.key(1),
    steps: 20,
    onProgress: ({ loss }) => void losses.push(loss),
  });
  const parameters = selected(state);
  const { samples } = annealedLangevin(
    (x, sigma) => model.apply(parameters, x, sigma),
    random.normal(random.key(2), [8, 2]),
    { sigmas, stepSize: 0.01, stepsPerLevel: 5, key: random.key(3) },
  );

  const net = nn.mlp([2, 8, 2]);
  const x = tensor([[0.5, -1]]);
  const weights = net.init(random.key(4));
  const file = onnx((p, y) => net.apply(p, y), [weights, x], { constants: [0] });
  const { params, apply } = fromOnnx(file.bytes);
  const hlo = stableHlo((y) => net.apply(weights, y), [x]);
  const { table } = readTable("a,b\n1,2\n3,4.5\n");
  return {
    losses,
    samples: samples.toArray(),
    onnx: apply(params, x).toArray(),
    stableHlo: hlo.text.length,
    file: read(write({ tensors: { x } })).tensors.x.toArray(),
    table: [...table.values],
    names: [gpu, exporting, images, models, synthetic].map((module) => Object.keys(module).length),
  };
}
