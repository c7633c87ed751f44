import { numpy as np } from "@jax-js/jax";
import type { StoredArray } from "../../workloads/arrays.ts";

export const load = ({ shape, data }: StoredArray): np.Array => np.array(data.slice()).reshape([...shape]);
