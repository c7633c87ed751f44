import { createHash } from "node:crypto";
import { Tensor, type Tree, tensor, tree } from "@scoretape/autograd";
import type { Safetensors } from "@scoretape/autograd/safetensors";
import type { TrainingState } from "@scoretape/score";
import { UserError } from "../terminal/user-error.ts";

// A training's state as named arrays: `parameters.0.weight`, `averaged.0.weight`, `optimizer.1.mean.0.weight`,
// `average.step`, `history.losses` and so on. Metadata: the training's identity, the step, how the optimiser's
// arrays are nested, and a checksum over all of it.

/** How a tree is nested: each tensor is the name of its array. */
type Nesting = string | readonly Nesting[] | { readonly [key: string]: Nesting };

export function encodeState<P extends Tree>(state: TrainingState<P>, identity: string): Safetensors {
  const tensors: Record<string, Tensor> = {};
  const store = (value: Tree, path: string): Nesting => {
    if (value instanceof Tensor) {
      tensors[path] = value;
      return path;
    }
    if (isList(value)) return value.map((item, i) => store(item, `${path}.${i}`));
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, store(item, `${path}.${key}`)]),
    );
  };
  const { losses, validation } = state.history;
  store(state.parameters, "parameters");
  store(state.averaged, "averaged");
  store(state.average.average, "average.average");
  store(state.average.step, "average.step");
  tensors["history.losses"] = tensor(Float64Array.from(losses));
  tensors["history.validation"] = tensor(
    Float64Array.from(validation.flatMap(({ step, loss }) => [step, loss])),
    { shape: [validation.length, 2] },
  );
  const metadata = {
    training: identity,
    step: `${state.step}`,
    optimizer: JSON.stringify(store(state.optimizer, "optimizer")),
  };
  return { tensors, metadata: { ...metadata, checksum: checksum({ tensors, metadata }) } };
}

/**
 * @param template - Parameters of the model, for their structure and shapes.
 * @throws UserError if the file belongs to another training, or anything in it was changed or is missing.
 */
export function decodeState<P extends Tree>(
  file: Safetensors,
  identity: string,
  template: P,
  source: string,
): TrainingState<P> {
  const tensors = new Map(Object.entries(file.tensors));
  const metadata = new Map(Object.entries(file.metadata));
  const damaged = (what: string): never => {
    throw new UserError(`${source} is damaged: ${what}; train anew`);
  };
  const written = metadata.get("checksum") ?? damaged("it has no checksum, so it is no training's state");
  if (written !== checksum(file)) damaged("its checksum does not fit its content");
  if (metadata.get("training") !== identity) {
    throw new UserError(`${source} belongs to another training than the model.json beside it; train anew`);
  }
  const take = (path: string): Tensor => tensors.get(path) ?? damaged(`it has no array ${path}`);
  const like = (path: string): P =>
    tree.map((leaf, inner) => sameShape(take(`${path}.${inner}`), leaf), template);
  const sameShape = (found: Tensor, wanted: Tensor): Tensor =>
    found.shape.join() === wanted.shape.join()
      ? found
      : damaged(`an array has shape [${found.shape}], the model needs [${wanted.shape}]`);
  const rebuild = (nesting: unknown): Tree => {
    if (typeof nesting === "string") return take(nesting);
    if (Array.isArray(nesting)) return nesting.map(rebuild);
    if (typeof nesting !== "object" || nesting === null) return damaged("its optimiser is not a tree");
    return Object.fromEntries(Object.entries(nesting).map(([key, item]) => [key, rebuild(item)]));
  };
  const optimizer = rebuild(JSON.parse(metadata.get("optimizer") ?? "null"));
  const validation = take("history.validation").data;
  return {
    step: Number(metadata.get("step")),
    parameters: like("parameters"),
    averaged: like("averaged"),
    optimizer: isList(optimizer) ? optimizer : damaged("its optimiser is not a list"),
    average: { step: take("average.step"), average: like("average.average") },
    history: {
      losses: [...take("history.losses").data],
      validation: Array.from({ length: validation.length / 2 }, (_, i) => ({
        step: validation[2 * i] as number,
        loss: validation[2 * i + 1] as number,
      })),
    },
  };
}

/** SHA-256 over everything but itself, in the order of the names. */
function checksum({ tensors, metadata }: Safetensors): string {
  const hash = createHash("sha256");
  const sorted = <T>(entries: Readonly<Record<string, T>>): [string, T][] =>
    Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [key, text] of sorted(metadata)) {
    if (key !== "checksum") hash.update(JSON.stringify([key, text]));
  }
  for (const [name, { shape, data }] of sorted(tensors)) {
    hash.update(JSON.stringify([name, shape])).update(data);
  }
  return hash.digest("hex");
}

function isList(value: Tree): value is readonly Tree[] {
  return Array.isArray(value);
}
