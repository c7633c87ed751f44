import { createHash } from "node:crypto";
import { objectiveNames } from "@scoretape/score";
import type { Units } from "../data/units.ts";
import { Fields } from "../files/fields.ts";
import { oneOf } from "../flags/value.ts";
import { UserError } from "../terminal/user-error.ts";
import type { Settings } from "./settings.ts";

/** All that a model is besides its arrays. */
export interface Description {
  readonly data: {
    /** A data set's name, or the absolute path of a file. */
    readonly name: string;
    readonly rows: number;
    /** What tells the rows from others. */
    readonly sha256: string;
  };
  readonly columns: readonly string[];
  /** The unit of each column; empty where they have none. */
  readonly units: readonly string[];
  readonly standardization: Units;
  readonly settings: Settings;
  /** The step at which the training is to end. */
  readonly steps: number;
}

const FORMAT = "scoretape model";
const VERSION = 1;

/** What tells a training from others: the SHA-256 of its description. How long it goes on does not count. */
export function identityOf(description: Description): string {
  const { steps: _, ...what } = description;
  return createHash("sha256").update(JSON.stringify(what)).digest("hex");
}

export function formatDescription(description: Description): string {
  const file = { format: FORMAT, version: VERSION, identity: identityOf(description), ...description };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** @throws UserError if the text is no description, or not as it was written. */
export function parseDescription(text: string, source: string): Description {
  const file = new Fields(parseJson(text, source), source);
  if (file.text("format") !== FORMAT || file.number("version") !== VERSION) {
    throw new UserError(`${source} is not a model's description of version ${VERSION}; train anew`);
  }
  const [data, units, settings] = [
    file.object("data"),
    file.object("standardization"),
    file.object("settings"),
  ];
  const description: Description = {
    data: { name: data.text("name"), rows: data.number("rows"), sha256: data.text("sha256") },
    columns: file.texts("columns"),
    units: file.texts("units"),
    standardization: { mean: units.numbers("mean"), deviation: units.numbers("deviation") },
    settings: {
      loss: oneOf(objectiveNames).parse(settings.text("loss"), `${source}: settings.loss`),
      batch: settings.number("batch"),
      levels: settings.number("levels"),
      sigmaMax: settings.number("sigmaMax"),
      sigmaMin: settings.number("sigmaMin"),
      hidden: settings.numbers("hidden"),
      learningRate: settings.number("learningRate"),
      ema: settings.number("ema"),
      validation: settings.number("validation"),
      seed: settings.number("seed"),
    },
    steps: file.number("steps"),
  };
  if (identityOf(description) !== file.text("identity")) {
    throw new UserError(`${source} is not as it was written: it is damaged or was edited; train anew`);
  }
  return description;
}

function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`${source} is not whole JSON; it is damaged, train anew`, { cause: error });
  }
}
