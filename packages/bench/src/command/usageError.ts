/** A command line that asks for what cannot be; its message is one line that says what to do. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
