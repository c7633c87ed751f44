import { ExpectedError } from "../terminal/expected.ts";
import type { Outcome } from "./conduct.ts";

/** An experiment did not come out as theory says. */
export class ClaimsFailed extends ExpectedError {
  constructor(outcomes: readonly Outcome[]) {
    const failures = outcomes
      .filter(({ failed }) => failed > 0)
      .map(({ name, failed, claims }) => `${failed} of ${claims.length} claims of ${name}`);
    super(`${failures.join(" and ")} did not hold; see the lines that begin with "fail"`, 1);
  }
}
