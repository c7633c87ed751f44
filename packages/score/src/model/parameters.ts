import { random, type Tensor, tree } from "@scoretape/autograd";
import { Arrays } from "./arrays.ts";
import type { Description } from "./description.ts";
import { type Parameters, principalNetworkOf } from "./network.ts";

// The parameters of a model without its training as named arrays: `parameters.0.weight` and so on.

/** The arrays of parameters, by name. */
export function encodeParameters(parameters: Parameters): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = {};
  tree.map((leaf, path) => (tensors[path] = leaf), { parameters });
  return tensors;
}

/**
 * The parameters that named arrays hold; each is looked for, and nothing else may be there.
 *
 * @param fail called with what is wrong where an array is missing, of another shape or dtype, or not finite
 */
export function decodeParameters(
  tensors: Readonly<Record<string, Tensor>>,
  description: Description,
  fail: (complaint: string) => never,
): Parameters {
  const arrays = new Arrays(tensors, fail);
  checkSize(description, arrays, fail);
  const template = { parameters: principalNetworkOf(description).init(random.key(0)) };
  const { parameters } = tree.map((leaf, name) => arrays.takeFinite(name, leaf.dtype, leaf.shape), template);
  arrays.end();
  return parameters;
}

/** Sees that a network is not larger than what is there, before one of its size is made. */
export function checkSize(
  description: Description,
  { size: there }: Arrays,
  fail: (complaint: string) => never,
): void {
  const least = leastParameters(description);
  if (least > there) {
    const { kind: _, ...size } = description.network;
    fail(
      `network is ${JSON.stringify(size).slice(0, 60)}, which has over ${least} parameters, but all arrays together ` +
        `have ${there} numbers`,
    );
  }
}

/** Fewer parameters than a network has, told without making it. */
function leastParameters({ columns, network, target, given, image = [0, 0, 0] }: Description): number {
  if (network.kind === "unet") {
    const { channels, block, features } = network;
    // Two convolutions 3 × 3 of each stage, those at the ends, the products of the embedding.
    const ends = 9 * block * block * image[2] * (channels[0] ?? 0);
    return channels.reduce((sum, count) => sum + 9 * count * count, ends) + features * features;
  }
  const outputs = target?.length ?? columns.length;
  const widths = [outputs + (given?.length ?? 0), ...network.hidden, outputs];
  return widths.reduce((sum, width, i) => sum + width * (widths[i + 1] ?? 1), 0);
}
