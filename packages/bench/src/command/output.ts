import { appendFileSync } from "node:fs";

/** Where records go as they come, and what is told meanwhile. */
export interface Output<R> {
  record(record: R): void;
  log(line: string): void;
}

/** Lines to the standard error, records as JSON lines to the end of a file, where one is given. */
export function outputTo<R>(path: string | undefined): Output<R> {
  return {
    record(record) {
      if (path !== undefined) appendFileSync(path, `${JSON.stringify(record)}\n`);
    },
    log: (line) => console.error(line),
  };
}
