import { posterior, targets } from "./denoising.ts";
import { diffusion } from "./diffusion.ts";
import { completeDigit, drawDigits } from "./digits.ts";
import { fisher, parts } from "./fisher.ts";
import { step } from "./langevin.ts";
import { likelihood } from "./likelihood.ts";
import { manifold } from "./manifold.ts";
import { annealing, mixing } from "./mixing.ts";
import { rareData } from "./rareData.ts";
import { slices } from "./slicing.ts";
import { traceCost } from "./traceCost.ts";

/** What figures ask the engine for: functions from plain values to plain values. */
export const jobs = {
  fisher,
  parts,
  slices,
  traceCost,
  targets,
  posterior,
  step,
  manifold,
  rareData,
  mixing,
  annealing,
  diffusion,
  likelihood,
  drawDigits,
  completeDigit,
};

export type Jobs = typeof jobs;
