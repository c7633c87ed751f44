/** Bytes that are no model, or a model that is not as it was written. */
export class ModelError extends Error {
  override readonly name = "ModelError";

  constructor(
    /** What is wrong, and what to do. */
    readonly what: string,
    options?: ErrorOptions,
  ) {
    super(`loadModel: ${what}`, options);
  }
}

/** @throws ModelError always */
export function damaged(what: string, cause?: unknown): never {
  throw new ModelError(`${what}; the model is damaged, get or train it anew`, { cause });
}
