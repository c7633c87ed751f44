import { withBase } from "vitepress";

/** Where the site has the model of digits: the worker fetches it. */
export const digitsModel = (): string => new URL(withBase("/models/digits.safetensors"), location.href).href;

export const digits: readonly number[] = Array.from({ length: 10 }, (_, digit) => digit);

/** Why digits are computed where they are. */
export const runsDigitsOn =
  "in WebAssembly, into which the network's step was compiled: it is too small for the way to a GPU to pay";
