import type { Call } from "../call.ts";
import { openImageModel, readPoint } from "../images/modelImages.ts";
import { ensureImageOutput, writeImages } from "../images/output.ts";
import { picturesOf } from "../images/pictures.ts";
import { backendOf } from "../sampling/backend.ts";
import { denoisedPoints } from "../sampling/flow.ts";
import { ensureEnough, sampledNeeds } from "../training/needs.ts";

/** `scoretape denoise MODEL IMAGE` */
export function runDenoise({ operands: [path, file], flags, io }: Call<"denoise">): void {
  const saved = openImageModel(path);
  const { model, image, files } = saved;
  const { description } = model;
  ensureEnough(sampledNeeds(description, 0, 1), flags.backend);
  const noisy = readPoint(file, saved, flags.resize);
  ensureImageOutput(flags.out, 1, [...files, file]);
  const clean = denoisedPoints(model.standardScore, noisy, flags.sigma, { backend: backendOf(flags) });
  io.stdout.write(`${writeImages(flags.out, picturesOf(description, image, clean))}\n`);
}
