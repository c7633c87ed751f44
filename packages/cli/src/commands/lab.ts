import type { Command } from "commander";
import { conduct, type Outcome } from "../lab/conduct.ts";
import type { Experiment } from "../lab/experiment.ts";
import { ClaimsFailed } from "../lab/failure.ts";
import { experimentOf, experiments } from "../lab/registry.ts";
import { addBackendOptions, type BackendFlags } from "../sampling/backend.ts";
import { wholeNumber } from "../terminal/arguments.ts";
import { interruptible } from "../terminal/interrupt.ts";
import type { Io } from "../terminal/io.ts";
import { UserError } from "../terminal/user-error.ts";

interface LabFlags extends BackendFlags {
  readonly out: string;
  readonly seed: number;
  readonly quick?: true;
}

/** `scoretape lab [list | all | name] [MODEL]` */
export function addLab(program: Command, io: Io): void {
  const command = program
    .command("lab")
    .description(
      "experiments that show why each part of score matching is needed, with a verdict on each claim",
    )
    .argument("[experiment]", "one of the experiments, all, or list to see them", "list")
    .argument("[model]", "for audit: the directory that train wrote")
    .option("--out <directory>", "where pictures and numbers go", "out/lab")
    .option("--seed <number>", "decides all that is random", wholeNumber("--seed", 0), 0)
    .option("--quick", "sizes too small to judge by, to see that it runs");
  addBackendOptions(command, ["wasm", "js"]).action(
    (name: string, model: string | undefined, flags: LabFlags) =>
      name === "list" ? void io.stdout.write(catalogue()) : runLab(chosen(name, model), model, flags, io),
  );
}

function chosen(name: string, model: string | undefined): readonly Experiment[] {
  if (model !== undefined && name !== "audit") {
    throw new UserError(`lab ${name} takes no model; lab audit does`);
  }
  return name === "all" ? experiments : [experimentOf(name)];
}

async function runLab(
  work: readonly Experiment[],
  model: string | undefined,
  flags: LabFlags,
  io: Io,
): Promise<void> {
  const { backend, threads, seed, out, quick = false } = flags;
  const conditions = { backend, threads, seed, quick, directory: out, model: model ?? null };
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
