import type { Call } from "../call.ts";
import type { FlagsOf } from "../flags/table.ts";
import { conduct, type Outcome } from "../lab/conduct.ts";
import type { Experiment } from "../lab/experiment.ts";
import { ClaimsFailed } from "../lab/failure.ts";
import { experimentOf, experiments } from "../lab/registry.ts";
import { interruptible } from "../terminal/interrupt.ts";
import type { Io } from "../terminal/io.ts";
import { UserError } from "../terminal/user-error.ts";

/** `scoretape lab [list | all | name] [MODEL]` */
export async function runLab({ operands: [name, model], flags, io }: Call<"lab">): Promise<void> {
  if (name === "list") io.stdout.write(catalogue());
  else await carryOut(chosen(name, model), model, flags, io);
}

function chosen(name: string, model: string | undefined): readonly Experiment[] {
  if (model !== undefined && name !== "audit") {
    throw new UserError(`lab ${name} takes no model; lab audit does`);
  }
  return name === "all" ? experiments : [experimentOf(name)];
}

async function carryOut(
  work: readonly Experiment[],
  model: string | undefined,
  flags: FlagsOf<"lab">,
  io: Io,
): Promise<void> {
  const { backend, threads, fast, seed, out, quick } = flags;
  const conditions = { backend, threads, fast, seed, quick, directory: out, model: model ?? null };
  const outcomes: Outcome[] = [];
  await interruptible(io, stopped, async (interrupt) => {
    for (const experiment of work) {
      if (outcomes.length > 0) io.stdout.write("\n\n");
      outcomes.push(await conduct(experiment, conditions, io, interrupt));
    }
  });
  if (outcomes.some(({ failed }) => failed > 0)) throw new ClaimsFailed(outcomes);
}

function stopped(): string {
  return "stopped in the middle of an experiment, of which nothing was written";
}

function catalogue(): string {
  const width = Math.max(...experiments.map(({ name }) => name.length)) + 2;
  const lines = experiments.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`);
  return ["Experiments (scoretape lab <name>, or all):", ...lines, ""].join("\n");
}
