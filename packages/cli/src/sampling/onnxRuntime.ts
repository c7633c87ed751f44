import { type Tensor, tensor } from "@scoretape/autograd";
import { type Model, standardized } from "@scoretape/score/model";
import { UserError } from "../terminal/user-error.ts";
import type { Condition } from "./condition.ts";
import { openOnnxRuntime } from "./openOnnxRuntime.ts";
import { asImages, SamplingError } from "./sample.ts";

export interface OnnxSampling extends Condition {
  readonly count: number;
  readonly seed: number;
  /** Those of the machine, unless said. */
  readonly threads: number | undefined;
}

/** @throws UserError if a model at a path gains nothing by ONNX Runtime, or images are to begin at one */
export function checkOnnxRuntime(path: string, { description }: Model, from: string | undefined): void {
  if (description.network.kind !== "unet") {
    throw new UserError(
      `--backend onnxruntime is for a U-Net, and ${path} is a perceptron, which WebAssembly runs faster; leave it out`,
    );
  }
  if (from !== undefined) {
    throw new UserError("--backend onnxruntime draws from noise; leave it out, or --from");
  }
}

/**
 * Images of a model, drawn by its exported sampler in ONNX Runtime: those of `drawSamples` up to rounding, and
 * sooner. In one call, so that nothing is told on the way, and no signal is heard.
 *
 * @returns standardised points, [count, d], as a file of bytes has them
 * @throws UserError if onnxruntime-node is not installed
 * @throws SamplingError if an image leaves the finite numbers
 */
export async function drawnByOnnxRuntime(
  model: Model,
  { count, seed, threads, label, guidance }: OnnxSampling,
): Promise<Tensor> {
  const ort = await openOnnxRuntime();
  const { exportFunction } = await import("@scoretape/score/export");
  const { columns, classes = [], standardization } = model.description;
  const { content, signature } = exportFunction(model, {
    ...{ what: "sample", count },
    ...(label === undefined ? {} : { label }),
    ...(guidance === undefined ? {} : { guidance }),
  });
  if (typeof content === "string") throw new TypeError("drawnByOnnxRuntime: a model of ONNX is bytes");
  const session = await ort.InferenceSession.create(
    content,
    threads === undefined ? {} : { intraOpNumThreads: threads },
  );
  const words = Uint32Array.of(seed % 2 ** 32, Math.floor(seed / 2 ** 32));
  const turns = Uint32Array.from({ length: count }, (_, i) => i % classes.length);
  const { samples } = await session.run({
    seed: new ort.Tensor("uint32", words, [2]),
    ...(signature.inputs.length > 1 ? { class: new ort.Tensor("uint32", turns, [count]) } : {}),
  });
  if (samples === undefined) throw new TypeError("drawnByOnnxRuntime: the sampler has no samples");
  const bad = samples.data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new SamplingError(
      `image ${Math.floor(bad / columns.length)} is ${samples.data[bad]}; take less guidance, or train with a lower learning rate`,
    );
  }
  const points = tensor(samples.data, { shape: [count, columns.length] });
  return asImages(model, standardized(standardization, points));
}
