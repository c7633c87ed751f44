import { withBase } from "vitepress";

/** Where the site has the model of digits: the worker fetches it. */
export const digitsModel = (): string => new URL(withBase("/models/digits.safetensors"), location.href).href;

export const digits: readonly number[] = Array.from({ length: 10 }, (_, digit) => digit);
