/** Runs a function inside an interpreter, and closes that when the function ends, by an error too. */
export function within<R>(interpreter: { close(): void }, f: () => R): R {
  try {
    return f();
  } finally {
    interpreter.close();
  }
}

/** The error of an op that meets a tracer whose transform has ended. */
export function escaped(op: string): Error {
  return new Error(
    `${op}: one argument is a tracer that escaped from its transform (a value kept from inside a function ` +
      "given to grad, jvp, ...); return it from that function instead",
  );
}
