import {
  add,
  averagePool,
  type nn,
  pad,
  pixelShuffle,
  pixelUnshuffle,
  random,
  reshape,
  type Shape,
  ShapeError,
  silu,
  slice,
  type Tensor,
  upsampleNearest,
  zeros,
} from "@scoretape/autograd";
import type { NoiseNetwork } from "../preconditioned.ts";
import { type NoiseEmbeddingParams, noiseEmbedding } from "./embedding.ts";
import { conv1, conv3, type MixParams, mix, normalized, type ResidualParams, residual } from "./layers.ts";

/** The parameters of a U-Net. */
export type UnetParams = {
  readonly embedding: NoiseEmbeddingParams;
  readonly input: nn.ConvParams;
  /** For each stage an image that is added: it tells where a pixel lies. */
  readonly positions: readonly Tensor[];
  readonly down: readonly ResidualParams[];
  readonly mix: MixParams;
  readonly middle: ResidualParams;
  /** For each stage but the last, the lowest first. */
  readonly up: readonly { readonly narrow: nn.ConvParams; readonly residual: ResidualParams }[];
  readonly output: nn.ConvParams;
};

/** What a U-Net is, all said. */
export interface UnetShape {
  readonly height: number;
  readonly width: number;
  /** Channels of the image. */
  readonly colours: number;
  readonly classes: number | undefined;
  /** Channels of each stage. */
  readonly channels: readonly number[];
  readonly block: number;
  readonly features: number;
}

/** Hidden numbers of each channel where all positions meet. */
const MIXED = 64;

/** F(y, u, class), layer by layer. */
export function unet(name: string, shape: UnetShape): NoiseNetwork<UnetParams, Tensor> {
  const { height, width, colours, channels, block, features } = shape;
  const [widest, deepest] = [channels[0] ?? 1, channels.at(-1) ?? 1];
  // Images are filled up to sides that halve as often as there are stages.
  const scales = channels.map((_, i) => channels.slice(0, i).reduce((scale) => 2 * scale, block));
  const multiple = scales.at(-1) ?? block;
  const tall = Math.ceil(height / multiple) * multiple;
  const wide = Math.ceil(width / multiple) * multiple;
  const sides = scales.map((scale): Shape => [tall / scale, wide / scale]);
  const [last = []] = sides.slice(-1);

  const embedding = noiseEmbedding(name, features, shape.classes);
  const input = conv3(block * block * colours, widest);
  const down = channels.map((outputs, i) => residual(channels[i - 1] ?? widest, outputs, features));
  const mixed = mix((last[0] ?? 1) * (last[1] ?? 1), MIXED);
  const middle = residual(deepest, deepest, features);
  const up = channels.slice(0, -1).map((outputs, i) => ({
    narrow: conv1(channels[i + 1] ?? deepest, outputs),
    residual: residual(outputs, outputs, features),
  }));
  up.reverse();
  const output = conv3(widest, block * block * colours, "zero");

  return {
    init(key) {
      const part = (i: number) => random.foldIn(key, i);
      return {
        embedding: embedding.init(part(0)),
        input: input.init(part(1)),
        positions: sides.map((side, i) => zeros([...side, channels[i - 1] ?? widest])),
        down: down.map((stage, i) => stage.init(random.foldIn(part(2), i))),
        mix: mixed.init(part(3)),
        middle: middle.init(part(4)),
        up: up.map(({ narrow, residual: stage }, i) => {
          const own = random.foldIn(part(5), i);
          return { narrow: narrow.init(random.foldIn(own, 0)), residual: stage.init(random.foldIn(own, 1)) };
        }),
        output: output.init(part(6)),
      };
    },
    apply(parameters, y, noise, condition) {
      checkImages(y);
      const [n = 0] = y.shape;
      const told = embedding.apply(parameters.embedding, noise, condition);
      const images = reshape(y, [n, height, width, colours]);
      const filled = pad(images, [
        [0, 0],
        [0, tall - height],
        [0, wide - width],
        [0, 0],
      ]);
      let h = input.apply(parameters.input, pixelUnshuffle(filled, block));
      const seen: Tensor[] = [];
      for (const [i, stage] of down.entries()) {
        if (i > 0) {
          seen.push(h);
          h = averagePool(h, { size: 2 });
        }
        h = stage.apply(at(parameters.down, i), add(h, at(parameters.positions, i)), told);
      }
      h = middle.apply(parameters.middle, mixed.apply(parameters.mix, h), told);
      for (const [i, { narrow, residual: stage }] of up.entries()) {
        const own = at(parameters.up, i);
        const below = upsampleNearest(narrow.apply(own.narrow, h), 2);
        h = stage.apply(own.residual, add(below, at(seen, seen.length - 1 - i)), told);
      }
      const blocks = output.apply(parameters.output, silu(normalized(h)));
      const result = slice(pixelShuffle(blocks, block), [0, 0, 0, 0], [n, height, width, colours]);
      return reshape(result, y.shape);
    },
  };

  function checkImages(y: Tensor): void {
    if (y.rank === 2 && y.shape[1] === height * width * colours) return;
    throw new ShapeError(
      `${name}: y has shape [${y.shape.join(", ")}]; images of ${height} × ${width} × ${colours} are rows ` +
        `[n, ${height * width * colours}]`,
    );
  }
}

/** What stands at a place of a list of parameters. */
function at<T>(list: readonly T[], i: number): T {
  const part = list[i];
  if (part === undefined) throw new ShapeError("noiseUnet: the parameters are those of another network");
  return part;
}
