import { ExpectedError } from "./expected.ts";

/**
 * Something that the user can mend: a missing file, a bad number, an unknown name. Its message is one line
 * that says what is wrong, where, and what to do; the program prints it and ends with code 2.
 */
export class UserError extends ExpectedError {
  constructor(message: string, options?: ErrorOptions) {
    super(message.replace(/\s*\p{Cc}+\s*/gu, " "), 2, options);
  }
}
