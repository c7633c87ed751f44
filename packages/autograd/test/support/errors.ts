import { expect } from "vitest";
import { zeros } from "../../src/index.ts";

// Tensors that do not fit together.

export const vector = zeros([2]);
export const other = zeros([3]);
export const matrix = zeros([2, 3]);
export const double = zeros([2], { dtype: "float64" });

/** What a function throws. */
export function errorOf(f: () => unknown): Error {
  try {
    f();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("expected an error");
}

/** Fails unless f throws an error of a kind whose message has every part, the function's name first. */
export function expectError(
  f: () => unknown,
  kind: new (...args: never[]) => Error,
  name: string,
  parts: string[],
): void {
  const error = errorOf(f);
  expect(error).toBeInstanceOf(kind);
  expect(error.message.startsWith(`${name}: `), error.message).toBe(true);
  for (const part of parts) expect(error.message).toContain(part);
}
