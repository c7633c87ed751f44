import { expose } from "comlink";
import { posterior, targets } from "../denoising.ts";
import { fisher, parts } from "../fisher.ts";
import { manifold } from "../manifold.ts";
import { rareData } from "../rareData.ts";
import { slices } from "../slicing.ts";
import { traceCost } from "../traceCost.ts";

// Jobs without a sampler carry no compiler, and share what they carry.
expose({ fisher, parts, slices, traceCost, targets, posterior, manifold, rareData });
