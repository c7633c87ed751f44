import { basename, isAbsolute, relative, resolve, sep } from "node:path";
import { tensor } from "@scoretape/autograd";
import type { TrainingState } from "@scoretape/score";
import {
  type Description,
  describe,
  type Filling,
  fingerprint,
  hiddenFor,
  type ImageShape,
  keysOf,
  type Parameters,
  type TrainingData,
  trainingDefaults,
  type Wishes,
} from "@scoretape/score/model";
import type { Inference } from "@scoretape/score/tables";
import { checkRows, filesOf, findSet, isNamed, openSource, type Source, STDIN } from "../data/source.ts";
import { ensureWhole } from "../data/tested.ts";
import { typesIn } from "../data/types.ts";
import { ensureApart } from "../files/apart.ts";
import { optionOf } from "../flags/flag.ts";
import { namesOf } from "../flags/losses.ts";
import { checkNetworkFlags } from "../flags/network.ts";
import { readingOf } from "../flags/reading.ts";
import { settingFlags } from "../flags/settings.ts";
import type { FlagName, FlagsOf } from "../flags/table.ts";
import type { ImageReading } from "../images/images.ts";
import { sizeOf } from "../images/shape.ts";
import { settingsIn } from "../model/settings.ts";
import { dataOf, openTraining } from "../model/store.ts";
import { UserError } from "../terminal/user-error.ts";
import { ensureEnough, type Needs, needsOf, networkSizes, perceptronSizes, unetNeeds } from "./needs.ts";
import { filesWritten } from "./place.ts";

/** A training that may begin: all that could be wrong with it has been looked at. */
export interface Plan {
  readonly source: Source;
  readonly description: Description;
  /** Where the model goes. */
  readonly directory: string;
  /** Where an earlier training stopped. */
  readonly resume: TrainingState<Parameters> | null;
  /** What stood for the gaps of the rows then, where they have any. */
  readonly filling: Filling | null;
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
  checkLevels(flags);
  const { samples, backend } = flags;
  const wished = wishesIn(flags, given);
  const needs = (rows: number, columns: number, image?: ImageShape): Needs => {
    const settings = { ...trainingDefaults, ...wished };
    const network =
      image === undefined || wished.network === "mlp"
        ? perceptronSizes(columns, wished.hidden ?? hiddenFor(columns), { learn: wished.learn })
        : unetNeeds(image, wished.channels ?? [32, 64], 1);
    const trains = flags.export === undefined;
    return needsOf({ trains, rows, columns, samples, settings, network, images: image !== undefined });
  };
  const set = findSet(data);
  // Before rows are drawn; those of a file are there already.
  if (set !== undefined) ensureEnough(needs(flags.rows, set.columns.length), backend);
  const source = openSource(data, {
    key: keysOf(flags.seed).rows,
    rows: flags.rows,
    reading: readingOf(flags),
    coordinates: { inference: inferenceIn(flags, given), seed: flags.seed },
    images: {
      ...imagesIn(flags),
      expect: (count, shape) => ensureEnough(needs(count, sizeOf(shape), shape), backend),
    },
  });
  checkRows(given, source);
  checkShape(flags, source);
  checkGaps(flags, source);
  if (flags.learn === "energy" && source.image !== undefined && flags.network !== "mlp") {
    throw new UserError("--learn energy is for perceptrons, and images get a U-Net; add --network mlp");
  }
  const kind = flags.network ?? (source.image === undefined ? "mlp" : "unet");
  checkNetworkFlags("the network of this training", kind, given);
  const [rows = 0, columns = 0] = source.values.shape;
  ensureEnough(needs(rows, columns, source.image), backend);
  // Of a set that is drawn there are as many fresh rows as one likes.
  const testFraction = source.generated && !given.has("testFraction") ? 0 : flags.testFraction;
  const wishes = { ...wished, testFraction };
  const classes = source.labels === null ? {} : { classes: source.labels.names };
  const origin = { ...source, ...classes, data: dataFrom(source, directory) };
  const description = inUse(source, () => describe(origin, wishes));
  ensureApart(filesWritten(directory), filesOf(source));
  return { source, description, directory, resume: null, filling: null };
}

/**
 * The training that a saved model stopped in. Options that were left out are as they were.
 *
 * @throws UserError if there is none, or other data, other settings or fewer steps are asked for.
 */
export function resumedPlan({ data, directory, flags, given }: Request): Plan {
  const saved = openTraining(directory);
  const { description, state, filling } = saved.model;
  checkNetworkFlags(`the training in ${directory}`, description.network.kind, given);
  for (const name of ["types", "marginals"] as const) {
    if (!given.has(name)) continue;
    throw new UserError(
      `${optionOf(name)} is for the beginning of a training; leave it out, or train anew without --resume`,
    );
  }
  const settings = settingsIn(description);
  for (const name of namesOf(settingFlags)) {
    if (given.has(name)) checkSame(optionOf(name), flags[name], settings[name]);
  }
  const target = given.has("steps") ? flags.steps : description.steps;
  if (target < state.step) {
    throw new UserError(
      `--steps is ${target}, but the training in ${directory} is at step ${state.step} already; give more`,
    );
  }
  const sizes = {
    rows: description.data.rows,
    settings,
    ...networkSizes(description),
  };
  ensureEnough(needsOf({ trains: true, ...sizes, samples: flags.samples }), flags.backend);
  const source = openSource(data ?? dataOf(saved), {
    key: keysOf(settings.seed).rows,
    rows: given.has("rows") ? flags.rows : description.data.rows,
    reading: readingOf(flags),
    kept: description.reading,
    coordinates: { of: description },
    images: { shape: description.image, ...imagesIn(flags) },
  });
  if (fingerprint(source) !== description.data.sha256) {
    throw new UserError(
      `${source.name} does not hold the ${description.data.rows} rows that the training in ${directory} began with ` +
        `(${description.data.name}); give those, or train anew without --resume`,
    );
  }
  checkClasses(description, source, directory);
  ensureApart(filesWritten(saved.directory), filesOf(source));
  return {
    source,
    description: { ...description, data: dataFrom(source, saved.directory), steps: target },
    directory: saved.directory,
    resume: state,
    filling,
  };
}

/** A plan whose model goes elsewhere. */
export function movedTo(plan: Plan, directory: string): Plan {
  const description = { ...plan.description, data: dataFrom(plan.source, directory) };
  return { ...plan, description, directory };
}

/** What a model in a directory keeps of where its rows came from: of a file, the way to it from there. */
function dataFrom(source: Source, directory: string): TrainingData {
  const labels = labelsOf(source);
  const which = {
    rows: source.values.shape[0] ?? 0,
    sha256: fingerprint(source),
    ...(labels === undefined ? {} : { labels }),
  };
  if (isNamed(source)) return { kind: "set", name: source.name, ...which };
  if (source.name === STDIN) return { kind: "file", name: STDIN, ...which };
  const path = relative(resolve(directory), source.name);
  // From one drive of Windows to another there is none.
  const way = isAbsolute(path) ? {} : { path: path.replaceAll(sep, "/") };
  return { kind: "file", name: basename(source.name), ...way, ...which };
}

/** What was said of what the columns of a table hold. */
function inferenceIn({ types, marginals }: FlagsOf<"train">, given: ReadonlySet<FlagName>): Inference {
  return { ...typesIn(types), ...(given.has("marginals") ? { marginals } : {}) };
}

/** What was said of how images are to be read. */
function imagesIn({ image, resize, labels }: FlagsOf<"train">): Omit<ImageReading, "table"> {
  return { ...(image === undefined ? {} : { shape: image }), resize, labels };
}

/** @throws UserError if a shape was asked for of data that have theirs, or in two ways */
function checkShape({ image, resize }: FlagsOf<"train">, source: Source): void {
  if (image === undefined) return;
  if (resize !== undefined)
    throw new UserError("--image and --resize both say how large images are; give one");
  if (!isNamed(source)) return;
  throw new UserError(`--image is for files, and ${source.name} is a data set; leave it out`);
}

/** More columns have no normal distribution to draw gaps from. */
const MOST_GAPPY = 1024;

/** @throws UserError if a source has gaps, and they cannot be learned from as it is asked for */
function checkGaps({ refit, target }: FlagsOf<"train">, source: Source): void {
  if (refit) ensureWhole(source, "--refit trains on rows without gaps");
  if (target !== undefined) ensureWhole(source, "--target learns from rows without gaps");
  if (source.columns.length > MOST_GAPPY) {
    ensureWhole(source, `gaps are learned in at most ${MOST_GAPPY} columns`);
  }
}

/** What tells the labels of a source from others, where it has any. */
function labelsOf({ labels }: Source): string | undefined {
  return labels === null ? undefined : fingerprint({ columns: labels.names, values: tensor(labels.labels) });
}

/** @throws UserError unless a source's images are each of the class that a training began with */
function checkClasses({ classes, data }: Description, source: Source, directory: string): void {
  const found = source.labels?.names;
  if (JSON.stringify(found) === JSON.stringify(classes)) {
    // Earlier models know the names of the classes alone.
    if (data.labels === undefined || data.labels === labelsOf(source)) return;
    throw new UserError(
      `${source.name} tells of some images that they are of another class than the training in ${directory} was told; ` +
        "give the same --labels, or train anew without --resume",
    );
  }
  const list = (names: readonly string[] | undefined): string => names?.slice(0, 12).join(", ") ?? "none";
  throw new UserError(
    `${source.name} has the classes ${list(found)}, and the training to resume ${list(classes)}; give the same --labels`,
  );
}

/** What the library makes of a source. @throws UserError that names the source, if it cannot */
function inUse<T>(source: Source, use: (source: Source) => T): T {
  try {
    return use(source);
  } catch (error) {
    if (error instanceof RangeError) {
      throw new UserError(`${source.name}: ${error.message.replace(/^\w+: /, "")}`, { cause: error });
    }
    throw error;
  }
}

/** @throws UserError if the noise levels that were asked for do not fall */
function checkLevels({ levels, sigmaMax, sigmaMin }: FlagsOf<"train">): void {
  if (sigmaMax === undefined || sigmaMin === undefined) return;
  if (levels === 1 ? sigmaMax === sigmaMin : sigmaMax > sigmaMin) return;
  throw new UserError(
    `${levels === undefined ? "" : `--levels ${levels} `}from --sigma-max ${sigmaMax} to --sigma-min ${sigmaMin}: ` +
      (levels === 1 ? "one level has equal ends" : "the largest noise level must be above the smallest"),
  );
}

/** The flags that say what a training is to be. The defaults of the others depend on the network. */
function wishesIn(flags: FlagsOf<"train">, given: ReadonlySet<FlagName>): Wishes {
  const said = [...namesOf(settingFlags), "steps" as const].flatMap((name) =>
    given.has(name) ? [[name, flags[name]]] : [],
  );
  return Object.fromEntries(said);
}

function checkSame(option: string, asked: unknown, saved: unknown): void {
  const [wanted, found] = [JSON.stringify(asked), JSON.stringify(saved)];
  if (wanted === found) return;
  throw new UserError(
    `${option} is ${wanted}, but the training to resume has ${found}; leave the option out, or train anew without --resume`,
  );
}
