import { Command, CommanderError } from "commander";
import { addEvaluate } from "./commands/evaluate.ts";
import { addLab } from "./commands/lab.ts";
import { addList } from "./commands/list.ts";
import { addPlot } from "./commands/plot.ts";
import { addSample } from "./commands/sample.ts";
import { addTrain } from "./commands/train.ts";
import { ClaimsFailed } from "./lab/failure.ts";
import { versionOf } from "./report/version.ts";
import { SamplingError } from "./sampling/sample.ts";
import { Interrupted } from "./terminal/interrupt.ts";
import type { Io } from "./terminal/io.ts";
import { UserError } from "./terminal/user-error.ts";
import { Diverged } from "./training/learn.ts";

/**
 * Runs the program.
 *
 * @param argv - What follows the program's name on the command line.
 * @returns the exit code: 0; 1 when a training or sampling diverged, a claim of an experiment does not hold, or the
 *   program itself is at fault; 2 for a mistake in the command line or the files; 130 after Ctrl-C, 143 after SIGTERM.
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    await programFor(io).parseAsync(argv, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return commandLineError(error, io);
    if (isExpected(error)) {
      say(io, error.message);
      return error.exitCode;
    }
    say(io, `this is a fault in the program: ${error instanceof Error ? error.stack : String(error)}`);
    return 1;
  }
}

function programFor(io: Io): Command {
  const program = new Command("scoretape")
    .description("Learns the score of a data set, samples from it and draws it.")
    .version(versionOf("scoretape"), "--version")
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // Errors are told below, on one line.
      outputError: () => {},
    });
  for (const add of [addTrain, addSample, addEvaluate, addPlot, addLab, addList]) add(program, io);
  return program;
}

function isExpected(
  error: unknown,
): error is UserError | Interrupted | Diverged | SamplingError | ClaimsFailed {
  return [UserError, Interrupted, Diverged, SamplingError, ClaimsFailed].some(
    (kind) => error instanceof kind,
  );
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
