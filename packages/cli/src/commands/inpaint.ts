import { broadcastTo, random, tensor } from "@scoretape/autograd";
import { karrasSchedule, linearMeasurement, posterior } from "@scoretape/score";
import { keysOf } from "@scoretape/score/model";
import type { Call } from "../call.ts";
import { isMaskName } from "../images/mask.ts";
import { openImageModel, readMask, readPoint } from "../images/modelImages.ts";
import { ensureImageOutput, writeImages } from "../images/output.ts";
import { picturesOf } from "../images/pictures.ts";
import { backendOf } from "../sampling/backend.ts";
import { conditioned, conditionOf } from "../sampling/condition.ts";
import { finite, startPoints } from "../sampling/flow.ts";
import { progress } from "../terminal/progress.ts";
import { UserError } from "../terminal/user-error.ts";
import { ensureEnough, sampledNeeds } from "../training/needs.ts";

const STEPS = 100;

/** `scoretape inpaint MODEL IMAGE --mask MASK`: what is hidden is drawn given the rest, by pseudoinverse guidance. */
export function runInpaint({ operands: [path, file], flags, io }: Call<"inpaint">): void {
  const saved = openImageModel(path);
  const { model, image, files } = saved;
  const { description, sigmas } = model;
  const { count, mask, out, resize } = flags;
  if (flags.guidance !== undefined && flags.class === undefined) {
    throw new UserError("--guidance is for a class; give one with --class");
  }
  ensureEnough(sampledNeeds(description, 0, count), flags.backend);
  const score = conditioned(model, conditionOf(path, model, flags), count);
  const point = readPoint(file, saved, resize);
  const [, , channels] = image;
  const known = readMask(mask, image, resize).flatMap((isHidden) =>
    new Array<number>(channels).fill(isHidden ? 0 : 1),
  );
  ensureImageOutput(out, count, [...files, file, ...(isMaskName(mask) ? [] : [mask])]);
  const [largest = 1, smallest = 1] = [sigmas[0], sigmas.at(-1)];
  const { sampling } = keysOf(flags.seed ?? description.settings.seed);
  const start = startPoints(model, count, random.foldIn(sampling, 0));
  const bar = progress({ steps: STEPS, stream: io.stderr });
  try {
    const { samples } = finite(() =>
      posterior.pseudoinverseGuidance(score, start, {
        measurement: linearMeasurement({ mask: tensor(known) }),
        observed: broadcastTo(point, start.shape),
        sigmas: karrasSchedule({ sigmaMin: smallest, sigmaMax: largest, steps: STEPS }),
        key: random.foldIn(sampling, 1),
        backend: backendOf(flags),
        onStep: ({ step }) => bar.update(step),
      }),
    );
    io.stdout.write(`${writeImages(out, picturesOf(description, image, samples))}\n`);
  } finally {
    bar.stop();
  }
}
