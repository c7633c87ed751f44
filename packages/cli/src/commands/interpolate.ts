import { concat, slice } from "@scoretape/autograd";
import type { Call } from "../call.ts";
import { openImageModel, readPoint } from "../images/modelImages.ts";
import { ensureImageOutput, writeImages } from "../images/output.ts";
import { picturesOf } from "../images/pictures.ts";
import { backendOf } from "../sampling/backend.ts";
import { alongFlow, denoisedPoints } from "../sampling/flow.ts";
import { slerp } from "../sampling/slerp.ts";
import { ensureEnough, sampledNeeds } from "../training/needs.ts";

/** Steps of Heun's method: so many that images come back as they went. */
const STEPS = 60;

/** `scoretape interpolate MODEL A B`: both images along the probability flow to noise, and from between these back. */
export function runInterpolate({ operands, flags, io }: Call<"interpolate">): void {
  const [path, ...ends] = operands;
  const saved = openImageModel(path);
  const { model, image, files } = saved;
  const { description, standardScore: score, sigmas } = model;
  const { count } = flags;
  ensureEnough(sampledNeeds(description, 0, count), flags.backend);
  const clean = concat(
    ends.map((file) => readPoint(file, saved, flags.resize)),
    0,
  );
  ensureImageOutput(flags.out, count, [...files, ...ends]);
  const [high = 1, low = 1] = [sigmas[0], sigmas.at(-1)];
  const options = { steps: STEPS, backend: backendOf(flags) };
  const noise = alongFlow(score, clean, { from: low, to: high }, options);
  const [, d = 0] = noise.shape;
  const between = slerp(slice(noise, [0, 0], [1, d]), slice(noise, [1, 0], [2, d]), count);
  const back = alongFlow(score, between, { from: high, to: low }, options);
  const pictures = picturesOf(description, image, denoisedPoints(score, back, low, options));
  io.stdout.write(`${writeImages(flags.out, pictures, { columns: count })}\n`);
}
