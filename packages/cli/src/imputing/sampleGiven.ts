import { keysOf, type Model } from "@scoretape/score/model";
import { writeMixedTable } from "@scoretape/score/tables";
import { writeOutput } from "../files/output.ts";
import { optionOf } from "../flags/flag.ts";
import type { FlagName, FlagsOf } from "../flags/table.ts";
import { samplingOf } from "../sampling/flags.ts";
import { interruptible } from "../terminal/interrupt.ts";
import type { Io } from "../terminal/io.ts";
import { UserError } from "../terminal/user-error.ts";
import { type Conditions, conditionsOf } from "./conditions.ts";
import { samplesGiven } from "./given.ts";
import { schemaOf } from "./modelTable.ts";

/** `scoretape sample MODEL --given CONDITIONS` */
export async function sampleGiven(
  path: string,
  model: Model,
  texts: readonly string[],
  flags: FlagsOf<"sample">,
  given: ReadonlySet<FlagName>,
  io: Io,
): Promise<void> {
  const { description } = model;
  if (description.image !== undefined) {
    throw new UserError(`--given is for models of rows, and ${path} is one of images; leave it out`);
  }
  const conditions = conditionsOf(texts, schemaOf(description));
  refuseOthers(conditions, given);
  const key = keysOf(flags.seed ?? description.settings.seed).sampling;
  const table = await interruptible(
    io,
    () => "stopped while sampling; nothing was written",
    (interrupt) => samplesGiven(model, conditions, samplingOf(flags, flags.count), key, io, interrupt),
  );
  writeOutput(flags.out, writeMixedTable(table, description.writing), io);
}

/** @throws UserError if flags are given that would change nothing */
function refuseOthers({ equal }: Conditions, given: ReadonlySet<FlagName>): void {
  const names = ["sampler", ...(equal.size === 0 ? [] : (["stepsPerLevel", "stepSize"] as const))] as const;
  const other = names.find((name) => given.has(name));
  if (other === undefined) return;
  throw new UserError(
    `${optionOf(other)} is for samples of the whole distribution; leave it out, or --given, whose draws are made in another way`,
  );
}
