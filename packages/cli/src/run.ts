import { CommanderError } from "commander";
import { verbNames } from "./flags/verb.ts";
import { programFor } from "./program.ts";
import { ExpectedError } from "./terminal/expected.ts";
import type { Io } from "./terminal/io.ts";

/**
 * Runs the program.
 *
 * @param argv - What follows the program's name on the command line.
 * @returns the exit code: 0; 1 when a training or sampling diverged, a claim of an experiment does not hold, or the
 *   program itself is at fault; 2 for a mistake in the command line or the files; 130 after Ctrl-C, 143 after SIGTERM,
 *   129 after SIGHUP, when the terminal is closed.
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const all = argv.includes("--help-all");
  try {
    await programFor({ io, all }).parseAsync(spelledOut(argv), { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return commandLineError(error, io);
    if (error instanceof ExpectedError) {
      say(io, error.message);
      return error.exitCode;
    }
    say(io, `this is a fault in the program: ${error instanceof Error ? error.stack : String(error)}`);
    return 1;
  }
}

/** The words that people try for help and version, as the one that does it. */
function spelledOut([first, ...rest]: readonly string[]): string[] {
  if (first === undefined) return [];
  const words = rest.map((word) => (word === "--help-all" ? "--help" : word));
  // An unknown word after it is told as one.
  if (first === "help")
    return words.length === 0 || verbNames.some((verb) => verb === words[0]) ? [...words, "--help"] : words;
  return [{ "-v": "--version", "--help-all": "--help" }[first] ?? first, ...words];
}

/** Help and version come as errors too, with code 0. */
function commandLineError({ code, exitCode, message }: CommanderError, io: Io): number {
  if (exitCode === 0) return 0;
  if (code !== "commander.help") say(io, message.replace(/^error: /, ""));
  return 2;
}

function say(io: Io, message: string): void {
  io.stderr.write(`scoretape: ${message.replace(/\s*\n\s*(?!\s*at )/g, " ")}\n`);
}
