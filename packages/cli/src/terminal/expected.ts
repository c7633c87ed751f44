/** An end of the program that is told in one line and has an exit code of its own: no fault in the program. */
export class ExpectedError extends Error {
  constructor(
    message: string,
    readonly exitCode: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}
