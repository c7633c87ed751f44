import { geometricSchedule, type ObjectiveName } from "@scoretape/score";
import { UserError } from "../terminal/user-error.ts";

/** What decides a training, apart from its data and how long it goes on. */
export interface Settings {
  readonly loss: ObjectiveName;
  readonly batch: number;
  readonly levels: number;
  /** The largest noise level, in units of the data's standard deviation. */
  readonly sigmaMax: number;
  readonly sigmaMin: number;
  /** The widths of the hidden layers. */
  readonly hidden: readonly number[];
  /** The step size of Adam at the start; it falls along half a cosine. */
  readonly learningRate: number;
  /** The decay of the moving average of the parameters. */
  readonly ema: number;
  /** The share of the rows kept aside. */
  readonly validation: number;
  readonly seed: number;
}

/** Settings under which Old Faithful's two modes come out well in half a minute. */
export const defaults: Settings = {
  loss: "sliced-vr",
  batch: 256,
  levels: 10,
  sigmaMax: 3,
  sigmaMin: 0.1,
  hidden: [64, 64],
  learningRate: 0.01,
  ema: 0.999,
  validation: 0.1,
  seed: 0,
};

/** The options by which the settings are given. */
export const settingOptions: readonly (readonly [setting: keyof Settings, option: string])[] = [
  ["loss", "--loss"],
  ["batch", "--batch"],
  ["levels", "--levels"],
  ["sigmaMax", "--sigma-max"],
  ["sigmaMin", "--sigma-min"],
  ["hidden", "--hidden"],
  ["learningRate", "--learning-rate"],
  ["ema", "--ema"],
  ["validation", "--validation"],
  ["seed", "--seed"],
];

/** The noise levels, falling geometrically. @throws UserError if the settings give none */
export function noiseLevels({ levels, sigmaMax, sigmaMin }: Settings): number[] {
  if (levels === 1 ? sigmaMax !== sigmaMin : sigmaMax <= sigmaMin) {
    throw new UserError(
      `--levels ${levels} from --sigma-max ${sigmaMax} to --sigma-min ${sigmaMin}: ` +
        (levels === 1 ? "one level has equal ends" : "the largest noise level must be above the smallest"),
    );
  }
  return geometricSchedule(sigmaMax, sigmaMin, levels);
}
