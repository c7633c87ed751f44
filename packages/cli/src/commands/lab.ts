import type { Call } from "../call.ts";
import { type Conditions, conduct, type Outcome } from "../lab/conduct.ts";
import type { Experiment } from "../lab/experiment.ts";
import { ClaimsFailed } from "../lab/failure.ts";
import { experimentOf, experiments } from "../lab/registry.ts";
import { survey } from "../lab/survey.ts";
import { interruptible } from "../terminal/interrupt.ts";
import type { Io } from "../terminal/io.ts";
import { UserError } from "../terminal/user-error.ts";

/** `scoretape lab [list | all | name] [MODEL]` */
export async function runLab({ operands: [name, model], flags, given, io }: Call<"lab">): Promise<void> {
  if (name === "list") {
    io.stdout.write(catalogue());
    return;
  }
  const { seeds, out: directory, data = null, ...rest } = flags;
  const work = chosen(name, model, data);
  const conditions: Conditions = { ...rest, directory, model: model ?? null, data };
  if (seeds === undefined) await carryOut(work, conditions, io);
  else if (given.has("seed")) throw new UserError("--seed and --seeds are both given; leave one out");
  else await interruptible(io, stopped, (interrupt) => survey(work, seeds, conditions, io, interrupt));
}

function chosen(name: string, model: string | undefined, data: string | null): readonly Experiment[] {
  if (model !== undefined && name !== "audit") {
    throw new UserError(`lab ${name} takes no model; lab audit does`);
  }
  if (data !== null && name !== "images") {
    throw new UserError(`lab ${name} takes no --data; lab images does`);
  }
  return name === "all" ? experiments.filter(({ isLong }) => isLong !== true) : [experimentOf(name)];
}

async function carryOut(work: readonly Experiment[], conditions: Conditions, io: Io): Promise<void> {
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
  return ["Experiments (scoretape lab <name>, or all, which leaves out images):", ...lines, ""].join("\n");
}
