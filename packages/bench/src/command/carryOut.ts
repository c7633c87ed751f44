import { type Command, CommanderError } from "commander";
import { UsageError } from "./usageError.ts";

/** Does what the command line asks for; where that cannot be, one line says so, and the exit code is 2. */
export async function carryOut(command: Command): Promise<void> {
  try {
    await command.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
    } else if (error instanceof UsageError) {
      console.error(error.message);
      process.exitCode = 2;
    } else {
      throw error;
    }
  }
}
