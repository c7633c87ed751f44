import type { nn, Tensor } from "@scoretape/autograd";
import { type NoiseConditionalModel, noiseConditionalMlp } from "../models/noiseConditionalMlp.ts";
import { noiseEnergy } from "../models/noiseEnergy.ts";
import { noiseMlp } from "../models/noiseMlp.ts";
import { preconditioned } from "../models/preconditioned.ts";
import type { UnetParams } from "../models/unet/network.ts";
import { noiseConditionalUnet } from "../models/unet/noiseUnet.ts";
import type { Description } from "./description.ts";
import type { ImageShape } from "./images.ts";
import { regressionIn } from "./regression.ts";

/** The parameters of a model's network. */
export type Parameters = readonly nn.DenseParams[] | UnetParams;

const NO_IMAGE: ImageShape = [0, 0, 0];

/** So many deviations out, points are left to the linear denoiser. */
const REACH = 2;
/** Of a target given others: a regression's residuals are not all of one spread. */
const REACH_OF_TARGET = 4;

/** What decides the network of a description. */
export type Networked = Pick<
  Description,
  "columns" | "network" | "moments" | "image" | "classes" | "target" | "given"
>;

/**
 * The network that a description asks for, of standardised points; of a target given others that of what their regression leaves,
 * along its principal axes, with the standardised given ones as the condition.
 *
 * @example
 * ```ts
 * import { random, tree } from "@scoretape/autograd";
 * import { networkOf } from "@scoretape/score/model";
 *
 * const network = networkOf({ columns: ["length", "width"], network: { kind: "mlp", hidden: [3] } });
 * // 2 coordinates and 9 numbers that tell the noise level, into 3 units, into 2 coordinates.
 * console.log(tree.size(network.init(random.key(0)))); // 44
 * ```
 */
export function networkOf(description: Networked): NoiseConditionalModel<Parameters, Tensor> {
  return networkAlong(description, description.moments?.axes);
}

/** The network of points along the principal axes, or of standardised points where it has none. */
export function principalNetworkOf(description: Description): NoiseConditionalModel<Parameters, Tensor> {
  return networkAlong(description, undefined);
}

/** @param axes the principal axes, where points are given along others */
function networkAlong(
  description: Networked,
  axes: Tensor | undefined,
): NoiseConditionalModel<Parameters, Tensor> {
  const { columns, network, target, given, moments, image = NO_IMAGE, classes } = description;
  const { length: dimension } = columns;
  if (network.kind === "unet") {
    const { channels, block, features } = network;
    const told = classes === undefined ? {} : { classes: classes.length };
    return noiseConditionalUnet({ image, channels, block, features, ...told });
  }
  const { hidden } = network;
  if (network.kind === "mlp") return noiseConditionalMlp({ dimension, hidden });
  const { activation, waves } = network;
  if (target !== undefined) {
    const { deviation } = regressionIn(description).residuals;
    const sizes = { dimension: target.length, given: given?.length ?? 0, hidden, activation, waves };
    return preconditioned(noiseMlp(sizes), { dataDeviation: deviation, reach: REACH_OF_TARGET });
  }
  const shape = { dimension, hidden, activation, waves };
  const inUnitScale = network.kind === "energy-mlp" ? noiseEnergy : preconditioned;
  if (moments === undefined) return inUnitScale(noiseMlp(shape), { reach: REACH });
  const along = axes === undefined ? {} : { axes };
  return inUnitScale(noiseMlp({ ...shape, axes: moments.axes }), {
    dataDeviation: moments.deviation,
    reach: REACH,
    ...along,
  });
}
