import { totalmem } from "node:os";
import { getHeapStatistics } from "node:v8";
import type { ObjectiveName } from "@scoretape/score";
import type { Description, ImageShape } from "@scoretape/score/model";
import type { BackendName } from "../flags/table.ts";
import { type Settings, settingsIn } from "../model/settings.ts";
import { UserError } from "../terminal/user-error.ts";

// What a training takes in memory, told from its sizes before it begins. The factors are measured: of programs as
// `explain` tells what they plan, of the rest by the largest resident set of the process (test/needs.test.ts).

/** The sizes that decide it. */
export interface Sizes {
  /** Whether the model is to be trained, or only sampled, measured and drawn. */
  readonly trains: boolean;
  readonly rows: number;
  readonly columns: number;
  readonly samples: number;
  readonly settings: Pick<Settings, "batch" | "loss" | "validation">;
  readonly network: NetworkSizes;
  /** Whether the rows are images, of which no text is made. */
  readonly images?: boolean;
}

/** What a network takes. */
export interface NetworkSizes {
  readonly parameters: number;
  /** Numbers that its layers make of one row. */
  readonly units: number;
  /** Floats by unit and row of a mini-batch that a step keeps: the exact loss takes a derivative for each column. */
  activationFloats(loss: ObjectiveName, columns: number): number;
  /** Floats by unit and row of the program that samples, of which so many are drawn side by side. */
  readonly samplingFloats: number;
  /** Floats by unit and point at which the pictures of a model on the line or in the plane ask it for its score. */
  readonly drawingFloats: number;
  readonly chains: number;
}

/** Bytes. */
export interface Needs {
  /** The memory of the step, which is one block. */
  readonly program: number;
  /** Objects of JavaScript, for which Node has a limit of its own. */
  readonly objects: number;
  /** All together, the two above included. */
  readonly total: number;
}

/** Node with the libraries, and the pictures. */
const PROCESS = 230e6;
/** Floats of a step by parameter: the parameter, its gradient, the state of the optimiser and of the average, and old and new. */
const STEP_FLOATS = 8.7;
/** Bytes by parameter besides: the first state, the best one, a snapshot, the file that it becomes, and the program that
 * samples. */
const STATE_BYTES = 78;
/** Bytes of a row, and of one of its values: in float64, standardised, split, and the order of the split. */
const [ROW_BYTES, VALUE_BYTES] = [16, 16];
/** Floats by hidden unit and row of the validation loss, and of how many of the rows that were kept aside it is taken at once. */
const [VALIDATION_FLOATS, VALIDATION_ROWS, MOST_VALIDATION] = [2, 512, 16_384];
/** Bytes of a value of a sample: mostly of the text that it becomes. */
const SAMPLE_BYTES = 220;
/** And where it becomes a pixel. */
const PIXEL_BYTES = 60;
/** So many points. */
const POINTS = 6400;
const FLOAT = 4;

/** A perceptron with so many waves of each coordinate, of scores or of an energy, whose steps take a derivative more. */
export function perceptronSizes(
  columns: number,
  hidden: readonly number[],
  { waves = 0, learn = "score" }: { waves?: number; learn?: Settings["learn"] | undefined } = {},
): NetworkSizes {
  const isEnergy = learn === "energy";
  return {
    parameters: parametersOf(columns, hidden, waves),
    units: hidden.reduce((sum, width) => sum + width, 0),
    activationFloats(loss) {
      if (loss === "denoising") return isEnergy ? 24.5 : 7.4;
      if (loss === "exact") return isEnergy ? 62 + 7.7 * columns : 20.5 + 2.55 * columns;
      return isEnergy ? 64.5 : 22.5;
    },
    samplingFloats: isEnergy ? 8 : 2,
    drawingFloats: isEnergy ? 36 : 3.7,
    chains: 2000,
  };
}

/** The number of parameters of a perceptron: weights and biases, layer by layer. */
export function parametersOf(columns: number, hidden: readonly number[], waves = 0): number {
  const NOISE_FEATURES = 9;
  const widths = [columns * (1 + 2 * waves) + NOISE_FEATURES, ...hidden, columns];
  return hidden.reduce(
    (sum, width, i) => sum + ((widths[i] ?? 0) + 1) * width,
    ((hidden.at(-1) ?? widths[0] ?? 0) + 1) * columns,
  );
}

/** A U-Net with so many channels in its stages. */
export function unetNeeds(
  [height, width, colours]: ImageShape,
  channels: readonly number[],
  block: number,
): NetworkSizes {
  const FEATURES = 64;
  const pixels = (stage: number): number =>
    Math.ceil(height / (block << stage)) * Math.ceil(width / (block << stage));
  const parameters = channels.map((count, i) => {
    const before = channels[i - 1] ?? count;
    // The convolutions and modulations of two blocks, and the learned position.
    return 9 * count * (before + 3 * count) + 4 * FEATURES * count + pixels(i) * before;
  });
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return {
    parameters: sum(parameters) + 18 * block * block * colours * (channels[0] ?? 0),
    units: sum(channels.map((count, i) => count * pixels(i))),
    activationFloats(loss, columns) {
      if (loss === "denoising") return 32;
      return loss === "exact" ? 32 + 60 * columns : 100;
    },
    samplingFloats: 16,
    drawingFloats: 3.7,
    chains: 100,
  };
}

export function needsOf({ trains, rows, columns, samples, settings, network, images = false }: Sizes): Needs {
  const { batch, loss, validation } = settings;
  const { parameters, units, samplingFloats, drawingFloats, chains } = network;
  const kept = network.activationFloats(loss, columns) * units + 9 * columns;
  const step = FLOAT * (STEP_FLOATS * parameters + kept * batch);
  const validated = Math.min(MOST_VALIDATION, Math.max(validation * rows, VALIDATION_ROWS));
  const validating = FLOAT * (parameters + VALIDATION_FLOATS * units * validated);
  const sampling = FLOAT * (parameters + samplingFloats * units * Math.min(samples, chains));
  const objects = (images ? PIXEL_BYTES : SAMPLE_BYTES) * samples * columns;
  const drawing = FLOAT * drawingFloats * units * (columns <= 2 ? POINTS : 0);
  // Samples are drawn, and pictures, when the training is over.
  const training = trains ? step + validating + STATE_BYTES * parameters : 0;
  const after = sampling + objects + drawing + STATE_BYTES * parameters;
  return {
    program: trains ? Math.max(step, validating, sampling) : sampling,
    objects,
    total: PROCESS + rows * (ROW_BYTES + VALUE_BYTES * columns) + Math.max(training, after),
  };
}

/** What a description says of the sizes of a network and of what it learns from. */
export function networkSizes({
  columns: { length: columns },
  network,
  image,
}: Description): Pick<Sizes, "columns" | "network"> & { readonly images: boolean } {
  const images = image !== undefined;
  if (network.kind === "unet") {
    const { channels, block } = network;
    return { columns, images, network: unetNeeds(image ?? [1, 1, 1], channels, block) };
  }
  const waves = network.kind === "mlp" ? 0 : network.waves.length;
  const learn = network.kind === "energy-mlp" ? "energy" : "score";
  return { columns, images, network: perceptronSizes(columns, network.hidden, { waves, learn }) };
}

/** What it takes to draw samples of a trained model, beside so many rows of data. */
export function sampledNeeds(description: Description, rows: number, samples: number): Needs {
  const settings = settingsIn(description);
  return needsOf({ trains: false, rows, samples, settings, ...networkSizes(description) });
}

/** WebAssembly's addresses have 32 bits. */
const LARGEST_PROGRAM = 2 ** 32;

/** @throws UserError if the machine, WebAssembly or Node has less than is needed */
export function ensureEnough({ program, objects, total }: Needs, backend: BackendName): void {
  const refuse = (what: string, has: number, who: string, remedy: string): never => {
    throw new UserError(`this needs about ${what}, and ${who} ${inWords(has)}; lower ${remedy}`);
  };
  if (backend === "wasm" && program > LARGEST_PROGRAM) {
    refuse(`${inWords(program)} of WebAssembly`, LARGEST_PROGRAM, "it has at most", "--hidden or --batch");
  }
  const heap = getHeapStatistics().heap_size_limit;
  if (objects > heap) {
    refuse(`${inWords(objects)} for the samples' text`, heap, "Node allows", "the number of samples");
  }
  if (total > memoryOf()) {
    refuse(
      `${inWords(total)} of memory`,
      memoryOf(),
      "this machine has",
      "--hidden, --batch or the number of rows or samples",
    );
  }
}

/** The memory that the process may have: the machine's, or less where it is in a container. */
export function memoryOf(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(totalmem(), limit) : totalmem();
}

/** 1.5 GiB, 230 MiB. */
export function inWords(bytes: number): string {
  const [size, unit] = bytes < 2 ** 30 ? [bytes / 2 ** 20, "MiB"] : [bytes / 2 ** 30, "GiB"];
  return `${size < 10 ? size.toFixed(1) : Math.round(size).toLocaleString("en")} ${unit}`;
}
