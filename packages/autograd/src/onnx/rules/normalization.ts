import { add, mul, sub } from "../../ops/arithmetic.ts";
import { broadcastTo } from "../../ops/broadcast.ts";
import { abs, equal, where } from "../../ops/choice.ts";
import { div, pow, square } from "../../ops/elementwise.ts";
import { reshape } from "../../ops/layout.ts";
import { not } from "../../ops/logic.ts";
import { mean } from "../../ops/moments.ts";
import { norm, sum } from "../../ops/reduce.ts";
import { sizeAt } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import type { Call, Rules } from "../call.ts";
import type { OnnxError } from "../error.ts";

/** (x − μ)/√(σ² + ε) over some axes. */
function standardized(x: Tensor, axis: readonly number[], epsilon: number): Tensor {
  const centred = sub(x, mean(x, { axis, keepDims: true }));
  return mul(centred, pow(add(mean(square(centred), { axis, keepDims: true }), epsilon), -0.5));
}

/** The epsilon of a normalisation. */
function epsilonOf(call: Call): number {
  return call.attribute("epsilon", 1e-5);
}

/** A number for each channel of an image [n, channels, ...spatial]. */
function perChannel(call: Call, numbers: Tensor, x: Tensor): Tensor {
  const channels = x.shape[1] ?? 1;
  if (numbers.size !== channels || numbers.rank !== 1) {
    throw call.failure(`[${numbers.shape}] numbers for ${channels} channels`);
  }
  return reshape(numbers, [channels, ...x.shape.slice(2).map(() => 1)]);
}

/** x·scale + shift. */
function affine(call: Call, x: Tensor, scale: Tensor, shift: Tensor): Tensor {
  return add(mul(x, perChannel(call, scale, x)), perChannel(call, shift, x));
}

/** The groups of channels of each image standardised; until opset 20 scale and shift are those of groups. */
function byGroups(call: Call): Tensor {
  const [x, scale, shift] = [call.x(0), call.x(1), call.x(2)];
  const groups = call.attribute("num_groups", 1);
  const [n, channels] = [sizeAt(x.shape, 0), sizeAt(x.shape, 1)];
  if (groups < 1 || channels % groups !== 0) throw call.failure(`${channels} channels in ${groups} groups`);
  const y = reshape(
    standardized(reshape(x, [n, groups, x.size / Math.max(1, n * groups)]), [2], epsilonOf(call)),
    x.shape,
  );
  const each = (numbers: Tensor): Tensor =>
    call.opset >= 21
      ? numbers
      : reshape(broadcastTo(reshape(numbers, [groups, 1]), [groups, channels / groups]), [channels]);
  return affine(call, y, each(scale), each(shift));
}

function byInstances(call: Call): Tensor {
  const x = call.x(0);
  const spatial = x.shape.slice(2).map((_, i) => i + 2);
  return affine(call, standardized(x, spatial, epsilonOf(call)), call.x(1), call.x(2));
}

/** The axes from `axis` on. */
function lastAxes(call: Call, x: Tensor): readonly number[] {
  const first = call.axis(call.attribute("axis", -1), x.rank);
  return x.shape.slice(first).map((_, i) => first + i);
}

function byLayers(call: Call): Tensor {
  const [x, shift] = [call.x(0), call.optional(2)];
  if (call.node.outputs.length > 1) throw call.failure("its results beside the first are not computed here");
  const y = standardized(x, lastAxes(call, x), epsilonOf(call));
  call.joint(x, call.x(1));
  const scaled = mul(y, call.x(1));
  return shift === undefined ? scaled : add(scaled, broadcastTo(shift, scaled.shape));
}

function byRootMeanSquare(call: Call): Tensor {
  const x = call.x(0);
  const power = mean(square(x), { axis: lastAxes(call, x), keepDims: true });
  call.joint(x, call.x(1));
  return mul(mul(x, pow(add(power, epsilonOf(call)), -0.5)), call.x(1));
}

function inTraining(call: Call): OnnxError {
  return call.failure(
    "it is in training mode; export the model for inference, in PyTorch after model.eval()",
  );
}

/** By the moments of the training, which are kept in the model. */
function byStatistics(call: Call): Tensor {
  const x = call.x(0);
  if (call.attribute("training_mode", 0) !== 0 || call.node.outputs.length > 1) {
    throw inTraining(call);
  }
  const [mean, variance] = [perChannel(call, call.x(3), x), perChannel(call, call.x(4), x)];
  return affine(call, mul(sub(x, mean), pow(add(variance, epsilonOf(call)), -0.5)), call.x(1), call.x(2));
}

/** x, and where a second result is asked for, that all of it is kept. */
function kept(call: Call): readonly Tensor[] {
  if ((call.number(2) ?? 0) !== 0) throw inTraining(call);
  const x = call.x(0);
  return [x, not(mul(0, x))];
}

const epsilon = { epsilon: "float" } as const;
const ofLayers = { ...epsilon, axis: "int", stash_type: "int" } as const;

/** Normalisations, and Dropout, which like one of them is another function in training. */
export const normalizations: Rules = {
  GroupNormalization: {
    inputs: [3, 3],
    attributes: { ...epsilon, num_groups: "int", stash_type: "int" },
    apply: byGroups,
  },
  InstanceNormalization: { inputs: [3, 3], attributes: epsilon, apply: byInstances },
  LayerNormalization: { inputs: [2, 3], outputs: 3, attributes: ofLayers, apply: byLayers },
  RMSNormalization: { inputs: [2, 2], attributes: ofLayers, apply: byRootMeanSquare },
  BatchNormalization: {
    inputs: [5, 5],
    outputs: 5,
    attributes: { ...epsilon, momentum: "float", training_mode: "int" },
    statistics: [3, 4],
    apply: byStatistics,
  },
  LpNormalization: {
    inputs: [1, 1],
    attributes: { axis: "int", p: "int" },
    apply: (call) => {
      const x = call.x(0);
      const options = { axis: call.axis(call.attribute("axis", -1), x.rank), keepDims: true };
      const length = call.attribute("p", 2) === 1 ? sum(abs(x), options) : norm(x, options);
      return where(equal(length, 0), 0, div(x, length));
    },
  },
  Dropout: {
    inputs: [1, 3],
    outputs: 2,
    settings: [1, 2],
    attributes: { seed: "int" },
    apply: kept,
  },
};
