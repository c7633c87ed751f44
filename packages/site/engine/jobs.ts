import { posterior, targets } from "./denoising.ts";
import { diffusion } from "./diffusion.ts";
import { fisher, parts } from "./fisher.ts";
import { step } from "./langevin.ts";
import { mixing } from "./mixing.ts";
import { slices } from "./slicing.ts";

/** What figures ask the engine for: functions from plain values to plain values. */
export const jobs = { fisher, parts, slices, targets, posterior, step, mixing, diffusion };

export type Jobs = typeof jobs;
