import { accessSync, constants, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Effort, Suite } from "./suite.ts";
import { suites } from "./suites/index.ts";

export const usage = `Usage: npm run bench -- [options]

  --quick         fewer and shorter rounds: less than a minute instead of minutes, and less exact
  --only <suite>  only this suite, may be repeated: ${suites.map(({ name }) => name).join(", ")}
                  (gpu, for which the machine needs one, runs only so)
  --json <file>   write the results, with every round, to a file too
  --help          show this text`;

const thorough: Effort = { rounds: 7, time: 100e6, samples: 5, heapTime: 3e9 };
const quick: Effort = { rounds: 3, time: 10e6, samples: 2, heapTime: 1e9 };

/** What the command line asks for. */
export interface Options {
  readonly help: boolean;
  readonly effort: Effort;
  readonly suites: readonly Suite[];
  /** The absolute path of the file for the results. */
  readonly json: string | null;
}

/** A command line that asks for what cannot be; its message is one line that says what to do. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** @throws UsageError when an option or a suite is unknown or the file cannot be written */
export function parseOptions(args: readonly string[]): Options {
  const { help, quick: inHaste, only, json } = parse(args);
  const file = json === undefined ? null : resolve(json);
  if (file !== null) checkWritable(file);
  return {
    help,
    effort: inHaste ? quick : thorough,
    suites: only.length === 0 ? suites.filter(({ needsGpu }) => needsGpu !== true) : chosen(only),
    json: file,
  };
}

interface Values {
  readonly help: boolean;
  readonly quick: boolean;
  readonly only: readonly string[];
  readonly json?: string | undefined;
}

function parse(args: readonly string[]): Values {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: "boolean", default: false },
        quick: { type: "boolean", default: false },
        only: { type: "string", multiple: true, default: [] },
        json: { type: "string" },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}; see --help`);
  }
}

function chosen(names: readonly string[]): Suite[] {
  const known = suites.map(({ name }) => name);
  for (const name of names) {
    if (!known.includes(name)) throw new UsageError(`no suite "${name}"; choose ${known.join(", ")}`);
  }
  return suites.filter(({ name }) => names.includes(name));
}

/** Throws now, not after minutes of measuring. */
function checkWritable(file: string): void {
  try {
    accessSync(dirname(file), constants.W_OK);
  } catch {
    throw new UsageError(`cannot write into ${dirname(file)}; make that directory or choose another`);
  }
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) {
    throw new UsageError(`${file} is a directory; give the name of a file`);
  }
}
