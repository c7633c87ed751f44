import type { TrainingState } from "@scoretape/score";
import { checkRows, filesOf, fingerprintOf, openSource, type Source, sourceFor } from "../data/source.ts";
import { unitsOf } from "../data/units.ts";
import { ensureApart } from "../files/apart.ts";
import { optionOf } from "../flags/flag.ts";
import { namesOf } from "../flags/losses.ts";
import { readingOf } from "../flags/reading.ts";
import { settingFlags } from "../flags/settings.ts";
import type { FlagName, FlagsOf } from "../flags/table.ts";
import type { Description } from "../model/description.ts";
import { keysOf } from "../model/keys.ts";
import type { Parameters } from "../model/model.ts";
import { noiseLevels } from "../model/noise-levels.ts";
import type { Settings } from "../model/settings.ts";
import { openModel } from "../model/store.ts";
import { UserError } from "../terminal/user-error.ts";
import { filesWritten } from "./place.ts";

/** A training that may begin: all that could be wrong with it has been looked at. */
export interface Plan {
  readonly source: Source;
  readonly description: Description;
  /** Where the model goes. */
  readonly directory: string;
  /** Where an earlier training stopped. */
  readonly resume: TrainingState<Parameters> | null;
}

/** What was asked for. */
export interface Request {
  /** A data set's name or a file's path. */
  readonly data: string | undefined;
  readonly directory: string;
  readonly flags: FlagsOf<"train">;
  /** The flags that were given, as opposed to left at their defaults. */
  readonly given: ReadonlySet<FlagName>;
}

/** @throws UserError if the data, the settings or the directory will not do. */
export function newPlan({ data, directory, flags, given }: Request): Plan {
  if (data === undefined) {
    throw new UserError(
      "train needs data: a CSV file, or the name of a data set (scoretape list shows them)",
    );
  }
  const settings = settingsOf(flags);
  const source = openSource(data, {
    key: keysOf(settings.seed).rows,
    rows: flags.rows,
    reading: readingOf(flags),
  });
  checkRows(given, source);
  noiseLevels(settings);
  const description = {
    data: { name: source.name, rows: source.values.shape[0] ?? 0, sha256: fingerprintOf(source) },
    columns: source.columns,
    units: source.units,
    standardization: unitsOf(source),
    settings,
    steps: flags.steps,
  };
  ensureApart(filesWritten(directory), filesOf(source));
  return { source, description, directory, resume: null };
}

/**
 * The training that a saved model stopped in. Options that were left out are as they were.
 *
 * @throws UserError if there is none, or other data, other settings or fewer steps are asked for.
 */
export function resumedPlan({ data, directory, flags, given }: Request): Plan {
  const saved = openModel(directory);
  const { description } = saved.model;
  for (const name of namesOf(settingFlags)) {
    if (given.has(name)) checkSame(optionOf(name), flags[name], description.settings[name]);
  }
  const target = given.has("steps") ? flags.steps : description.steps;
  if (target < saved.state.step) {
    throw new UserError(
      `--steps is ${target}, but the training in ${directory} is at step ${saved.state.step} already; give more`,
    );
  }
  const source = sourceFor(data, description.data.name, {
    key: keysOf(description.settings.seed).rows,
    rows: given.has("rows") ? flags.rows : description.data.rows,
    reading: readingOf(flags),
  });
  if (fingerprintOf(source) !== description.data.sha256) {
    throw new UserError(
      `${source.name} does not hold the ${description.data.rows} rows that the training in ${directory} began with ` +
        `(${description.data.name}); give those, or train anew without --resume`,
    );
  }
  ensureApart(filesWritten(saved.directory), filesOf(source));
  return {
    source,
    description: { ...description, steps: target },
    directory: saved.directory,
    resume: saved.state,
  };
}

/** The flags that are settings. */
function settingsOf({
  loss,
  batch,
  levels,
  sigmaMax,
  sigmaMin,
  hidden,
  learningRate,
  ema,
  validation,
  seed,
}: FlagsOf<"train">): Settings {
  return { loss, batch, levels, sigmaMax, sigmaMin, hidden, learningRate, ema, validation, seed };
}

function checkSame(option: string, asked: unknown, saved: unknown): void {
  const [wanted, found] = [JSON.stringify(asked), JSON.stringify(saved)];
  if (wanted === found) return;
  throw new UserError(
    `${option} is ${wanted}, but the training to resume has ${found}; leave the option out, or train anew without --resume`,
  );
}
