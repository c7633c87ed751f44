/** Bytes that are no whole ONNX model, or a model that does not become a function here; the message says where and why. */
export class OnnxError extends Error {
  override readonly name = "OnnxError";
}

/** What is wrong with a file as it stands. */
export function damaged(what: string): OnnxError {
  return new OnnxError(`fromOnnx: ${what}; the file is damaged or no ONNX model, export it anew`);
}

/** What a model has that there is nothing for here. */
export function refused(what: string, remedy: string): OnnxError {
  return new OnnxError(`fromOnnx: ${what}; ${remedy}`);
}

/** A name from a file, for messages: quoted, and not too long. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);
}
