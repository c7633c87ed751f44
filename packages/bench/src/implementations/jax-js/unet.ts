import { nn, numpy as np, tree } from "@jax-js/jax";
import type { ImageNetwork } from "../../workloads/workload.ts";

// As in net.ts, a function uses up its arguments; but parameters by name are used up by the whole network alone.

export type Parameters = Record<string, np.Array>;

const GROUP = 8;
const EPSILON = 1e-5;

function at(p: Parameters, name: string): np.Array {
  const value = p[name];
  if (value === undefined) throw new RangeError(`no parameter "${name}"`);
  return value.ref;
}

/**
 * A convolution of a window of 1 or 3: neighbours in a row side by side, and a product for each row of the window. jax-js's
 * own has gradients that are right; in WebAssembly it takes tens of times as long.
 */
function convolved(x: np.Array, kernel: np.Array): np.Array {
  const [, h = 0, w = 0, c = 0] = x.shape;
  const [window = 1, , , outputs = 0] = kernel.shape;
  const border = (window - 1) / 2;
  const places = Array.from({ length: window }, (_, i) => i);
  const padded = np.pad(x, [
    [0, 0],
    [border, border],
    [border, border],
    [0, 0],
  ]);
  const beside = np.concatenate(
    places.map((i) => padded.ref.slice([], [], [i, i + w], [])),
    3,
  );
  const products = places.map((i) =>
    np.matmul(
      beside.ref.slice([], [i, i + h], [], []).reshape([-1, h * w, window * c]),
      kernel.ref.slice(i).reshape([window * c, outputs]),
    ),
  );
  tree.dispose([padded, beside, kernel]);
  return products.reduce((sum, product) => sum.add(product)).reshape([-1, h, w, outputs]);
}

const conv = (p: Parameters, name: string, x: np.Array): np.Array =>
  convolved(x, at(p, `${name}.kernel`)).add(at(p, `${name}.bias`));

const dense = (p: Parameters, name: string, x: np.Array): np.Array =>
  np.matmul(x, at(p, `${name}.weight`)).add(at(p, `${name}.bias`));

function normalized(x: np.Array): np.Array {
  const { shape } = x;
  const [n = 0, h = 0, w = 0, c = 0] = shape;
  const groups = c % GROUP === 0 ? c / GROUP : 1;
  const mean = (values: np.Array): np.Array => np.mean(values, [1, 3], { keepdims: true });
  const grouped = x.reshape([n, h * w, groups, c / groups]);
  const centred = grouped.ref.sub(mean(grouped));
  const spread = np.sqrt(mean(np.square(centred.ref)).add(EPSILON));
  return centred.div(spread).reshape(shape);
}

function residual(p: Parameters, name: string, x: np.Array, told: np.Array): np.Array {
  const hidden = normalized(conv(p, `${name}.first`, nn.silu(normalized(x.ref))));
  const modulation = np.expandDims(dense(p, `${name}.modulation`, told), [1, 2]);
  const [scale, shift] = np.split(modulation, 2, 3);
  if (scale === undefined || shift === undefined) throw new RangeError("no scale and shift");
  const skip = `${name}.skip.0.kernel` in p ? conv(p, `${name}.skip.0`, x) : x;
  return skip.add(conv(p, `${name}.second`, nn.silu(hidden.mul(scale.add(1)).add(shift))));
}

function mix(p: Parameters, x: np.Array): np.Array {
  const { shape } = x;
  const [n = 0, h = 0, w = 0, c = 0] = shape;
  const lines = np.swapaxes(normalized(x.ref).reshape([n, h * w, c]), 1, 2);
  const mixed = dense(p, "mix.gather", nn.silu(dense(p, "mix.spread", lines)));
  return x.add(np.swapaxes(mixed, 1, 2).reshape(shape));
}

function halved(x: np.Array): np.Array {
  const [n = 0, h = 0, w = 0, c = 0] = x.shape;
  return np.mean(x.reshape([n, h / 2, 2, w / 2, 2, c]), [2, 4]);
}

const doubled = (x: np.Array): np.Array => np.repeat(np.repeat(x, 2, 1), 2, 2);

/** F(y, ln(σ)/4, class) on rows [n, pixels] of one colour; classes as rows of zeros and a one. */
export type Network = (p: Parameters, y: np.Array, noise: np.Array, classes: np.Array) => np.Array;

export function networkOf({ image, channels, block: b }: ImageNetwork, frequencies: np.Array): Network {
  const [height, width, colours] = image;
  if (colours !== 1) throw new RangeError("the order of the channels in a block is that of one colour");
  return (p, y, noise, classes) => {
    const { shape } = y;
    const [n = 0] = shape;
    const [tall, wide] = [height / b, width / b];
    const phases = np.expandDims(noise, 1).mul(frequencies.ref.mul(2 * Math.PI));
    const waves = np.concatenate([np.cos(phases.ref), np.sin(phases)], 1);
    const embedded = dense(p, "embedding.second", nn.silu(dense(p, "embedding.first", waves)));
    const told = nn.silu(embedded.add(np.matmul(classes, at(p, "embedding.classes.0.table"))));
    const blocks = np.transpose(y.reshape([n, tall, b, wide, b]), [0, 1, 3, 2, 4]);
    let x = conv(p, "input", blocks.reshape([n, tall, wide, b * b]));
    const seen: np.Array[] = [];
    for (const i of channels.keys()) {
      if (i > 0) {
        seen.push(x.ref);
        x = halved(x);
      }
      x = residual(p, `down.${i}`, x.add(at(p, `positions.${i}`)), told.ref);
    }
    x = residual(p, "middle", mix(p, x), told.ref);
    for (const [i, skip] of seen.reverse().entries()) {
      x = residual(p, `up.${i}.residual`, doubled(conv(p, `up.${i}.narrow`, x)).add(skip), told.ref);
    }
    const made = conv(p, "output", nn.silu(normalized(x))).reshape([n, tall, wide, b, b]);
    tree.dispose([told, p]);
    return np.transpose(made, [0, 1, 3, 2, 4]).reshape(shape);
  };
}
