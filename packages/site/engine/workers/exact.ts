import { expose } from "comlink";
import { posterior, targets } from "../denoising.ts";
import { fisher, parts } from "../fisher.ts";
import { slices } from "../slicing.ts";

// Jobs without a sampler carry no compiler, and share what they carry.
expose({ fisher, parts, slices, targets, posterior });
