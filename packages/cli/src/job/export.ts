import { existsSync, readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { tensor } from "@scoretape/autograd";
import type { Description } from "@scoretape/score/model";
import { filesOf } from "../data/source.ts";
import { ensureApart } from "../files/apart.ts";
import { ensureDirectory } from "../files/atomic.ts";
import { withLock } from "../files/lock.ts";
import { ensureWritable } from "../files/writable.ts";
import { optionOf } from "../flags/flag.ts";
import type { FlagName } from "../flags/table.ts";
import type { Io } from "../terminal/io.ts";
import { note } from "../terminal/note.ts";
import { inShell } from "../terminal/shell.ts";
import { UserError } from "../terminal/user-error.ts";
import { movedTo, newPlan, type Plan, type Request, resumedPlan } from "../training/plan.ts";
import { ensureNoJob, filesOfJob, modelOfJob, writeJob } from "./write.ts";

/** What says how to train or to sample here, which a job does elsewhere. */
const local = [
  ...["samples", "stepsPerLevel", "stepSize", "backend", "threads", "fast", "allowSoftware", "dryRun"],
] as const satisfies readonly FlagName[];

/** `scoretape train --export xla --job JOB`: all that a training needs, for XLA to carry it out. */
export async function exportTraining(
  { data, flags, given }: Omit<Request, "directory">,
  io: Io,
): Promise<void> {
  const { job } = flags;
  if (job === undefined) throw new UserError("--export xla writes a folder; name it with --job");
  checkFlags(given);
  const model = modelOfJob(job);
  const plan =
    flags.resume && flags.out !== undefined
      ? movedTo(resumedPlan({ data, directory: flags.out, flags, given }), model)
      : newPlan({ data, directory: model, flags, given });
  checkDescription(plan.description);
  ensureApart(filesOfJob(job), filesOf(plan.source));
  const isNew = !existsSync(job);
  ensureDirectory(job);
  try {
    await withLock(job, async () => {
      if (!flags.overwrite) ensureNoJob(job);
      for (const file of filesOfJob(job)) ensureWritable(file);
      await writeJob(job, { ...partsOf(plan), checkpointEvery: flags.checkpointEvery });
    });
  } catch (error) {
    if (isNew && readdirSync(job).length === 0) rmdirSync(job);
    throw error;
  }
  for (const remark of plan.source.remarks) note(io, remark);
  io.stdout.write(`${join(job, "job.json")}\nCarry it out with: python -m scoretape_xla ${inShell(job)}\n`);
}

function checkFlags(given: ReadonlySet<FlagName>): void {
  for (const name of local) {
    if (!given.has(name)) continue;
    throw new UserError(
      `${optionOf(name)} is for what is done here, and a job is carried out elsewhere; leave it out`,
    );
  }
  if (given.has("out") && !given.has("resume")) {
    throw new UserError(
      "--out is where train writes, and the model of a job goes into its own folder; leave it out",
    );
  }
  if (given.has("resume") && !given.has("out")) {
    throw new UserError("--resume goes on with the training in --out; name that");
  }
}

/** @throws UserError if a training is more than one course of steps on the same rows */
function checkDescription({ gaps, settings }: Description): void {
  if (gaps !== undefined) {
    throw new UserError(
      "a job cannot draw gaps anew as it learns; leave rows with gaps out with --gaps drop",
    );
  }
  if (settings.refit) {
    throw new UserError(
      "a job cannot train a second time, as --refit does; leave it out, or train without --export",
    );
  }
}

function partsOf({ source, description, resume }: Plan) {
  const labels = source.labels === null ? undefined : tensor(source.labels.labels);
  return { description, values: source.values, labels, resume };
}
