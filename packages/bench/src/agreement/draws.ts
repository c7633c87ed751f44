import { concat, random, reshape, type Tensor, tensor } from "@scoretape/autograd";
import type { Steps } from "./steps.ts";

/** Draws that are no multiple of a block's four. */
const COUNT = 10_001;

const drawn: Readonly<Record<string, (key: Tensor, counter: Tensor, logits: Tensor) => Tensor>> = {
  "split keys": (key) => concat(random.split(key, 5).map((own) => reshape(own, [1, 2]))),
  "keys by number": (key) => random.foldIn(key, 2 ** 40 + 3),
  "keys by tensor": (key, counter) => random.foldIn(key, counter),
  bits: (key) => random.bits(key, [COUNT]),
  "uniforms, float32": (key) => random.uniform(key, [COUNT]),
  "uniforms, float64": (key) => random.uniform(key, [COUNT], { dtype: "float64" }),
  "normals, float32": (key) => random.normal(key, [COUNT]),
  "normals, float64": (key) => random.normal(key, [COUNT], { dtype: "float64" }),
  signs: (key) => random.rademacher(key, [COUNT]),
  permutation: (key) => random.permutation(key, 1000),
  categories: (key, _counter, logits) => random.categorical(key, logits, [COUNT]),
};

/** One draw of each kind, all from one key. */
export const draws: Steps = {
  names: { every: [], first: Object.keys(drawn), state: [] },
  step: (_state, [key, counter, logits]) => {
    if (key === undefined || counter === undefined || logits === undefined)
      throw new RangeError("draws have a key, a counter and logits");
    return Object.values(drawn).map((draw) => draw(key, counter, logits));
  },
  state: [],
  given: [[random.key(20_301), tensor(7, { dtype: "uint32" }), tensor([0.5, -1, 2, 0, -3, 1, 0.25])]],
};
