import {
  add,
  groupNorm,
  type Key,
  mul,
  nn,
  random,
  reshape,
  silu,
  slice,
  type Tensor,
  transpose,
} from "@scoretape/autograd";

/** Channels that are normalised together, where their number allows it. */
const GROUP = 8;

/** Uniform on ±1/√inputs. */
const uniform: nn.Initializer = (key, shape, options) =>
  mul(nn.lecunUniform(key, shape, options), 1 / Math.sqrt(3));

/** How a layer starts that is not 0 there. */
export const drawn = { initializer: uniform } as const;
const zero = { initializer: nn.zeros } as const;

/** A convolution of windows 3×3. */
export function conv3(
  inputs: number,
  outputs: number,
  how: "drawn" | "zero" = "drawn",
): nn.Module<nn.ConvParams> {
  return nn.conv(inputs, outputs, how === "zero" ? zero : drawn);
}

/** A product of the channels of every pixel. */
export function conv1(inputs: number, outputs: number): nn.Module<nn.ConvParams> {
  return nn.conv(inputs, outputs, { ...drawn, window: [1, 1] });
}

/** Groups of 8 channels with mean 0 and variance 1; one group where that does not come out even. */
export function normalized(x: Tensor): Tensor {
  const channels = x.shape.at(-1) ?? 1;
  return groupNorm(x, { groups: channels % GROUP === 0 ? channels / GROUP : 1 });
}

/** The parameters of a residual block of a U-Net. */
export type ResidualParams = {
  readonly first: nn.ConvParams;
  readonly modulation: nn.DenseParams;
  readonly second: nn.ConvParams;
  /** Where the number of channels changes; else nothing. */
  readonly skip: readonly nn.ConvParams[];
};

/** A part of a network that is told the embedding e [n, features] of what the whole is conditioned on. */
export interface Conditioned<P> {
  init(key: Key): P;
  apply(parameters: P, x: Tensor, embedding: Tensor): Tensor;
}

/**
 * x ↦ skip(x) + conv(SiLU((1 + s)·GN(conv(SiLU(GN(x)))) + t)) with (s, t) linear in the embedding, which changes scale and
 * shift of each channel; the identity at the start, but for a change of the channels.
 */
export function residual(inputs: number, outputs: number, features: number): Conditioned<ResidualParams> {
  const first = conv3(inputs, outputs);
  const modulation = nn.dense(features, 2 * outputs, zero);
  const second = conv3(outputs, outputs, "zero");
  const skip = inputs === outputs ? undefined : conv1(inputs, outputs);
  return {
    init: (key) => ({
      first: first.init(random.foldIn(key, 0)),
      modulation: modulation.init(random.foldIn(key, 1)),
      second: second.init(random.foldIn(key, 2)),
      skip: skip === undefined ? [] : [skip.init(random.foldIn(key, 3))],
    }),
    apply(parameters, x, embedding) {
      const hidden = normalized(first.apply(parameters.first, silu(normalized(x))));
      const changes = modulation.apply(parameters.modulation, embedding);
      const [n = 0] = embedding.shape;
      const part = (from: number): Tensor =>
        reshape(slice(changes, [0, from], [n, from + outputs]), [n, 1, 1, outputs]);
      const modulated = add(mul(hidden, add(1, part(0))), part(outputs));
      const [change] = parameters.skip;
      const passed = change === undefined ? x : (skip?.apply(change, x) ?? x);
      return add(passed, second.apply(parameters.second, silu(modulated)));
    },
  };
}

/** The parameters of the layer of a U-Net in which all positions meet. */
export type MixParams = { readonly spread: nn.DenseParams; readonly gather: nn.DenseParams };

/**
 * x ↦ x + W₂·SiLU(W₁·GN(x)) over the positions, the same for all channels, by which all of the image is seen from
 * everywhere (the token mixing of Tolstikhin et al. 2021); the identity at the start.
 */
export function mix(positions: number, hidden: number): nn.Module<MixParams> {
  const spread = nn.dense(positions, hidden, drawn);
  const gather = nn.dense(hidden, positions, zero);
  return {
    init: (key) => ({
      spread: spread.init(random.foldIn(key, 0)),
      gather: gather.init(random.foldIn(key, 1)),
    }),
    apply(parameters, x) {
      const [n = 0, , , channels = 0] = x.shape;
      const lines = transpose(reshape(normalized(x), [n, positions, channels]), [0, 2, 1]);
      const mixed = gather.apply(parameters.gather, silu(spread.apply(parameters.spread, lines)));
      return add(x, reshape(transpose(mixed, [0, 2, 1]), x.shape));
    },
  };
}
