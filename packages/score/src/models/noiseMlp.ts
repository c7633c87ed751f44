import {
  cast,
  checkOptions,
  concat,
  expandDims,
  kindOf,
  matmul,
  mul,
  nn,
  ShapeError,
  Tensor,
  zerosLike,
} from "@scoretape/autograd";
import { checkCount, checkNumbers } from "../check.ts";
import type { NoiseNetwork } from "./preconditioned.ts";
import { noiseFrequencies, waves } from "./waves.ts";

/** The shape of a perceptron for {@link preconditioned}. */
export interface NoiseMlpOptions {
  /** d, the number of columns of the data. */
  readonly dimension: number;
  /** The widths of the hidden layers. */
  readonly hidden: readonly number[];
  /** The activation of the hidden layers; `"gelu"` unless said. */
  readonly activation?: nn.Activation;
  /** k, how many numbers each row is conditioned on, which the network is given too, with their waves; none unless said. */
  readonly given?: number;
  /** How many sine and cosine pairs embed log σ; 4 unless said. */
  readonly frequencies?: number;
  /**
   * Frequencies ω of waves sin ωxᵢ and cos ωxᵢ that the network is given of every coordinate, in radians per deviation;
   * none unless said. Fine structure is learned far sooner with them, where there are rows enough to show it (Tancik et
   * al. 2020, Fourier features let networks learn high frequency functions in low dimensional domains).
   */
  readonly waves?: readonly number[];
  /** Q [d, d]: the waves are of the coordinates y·Qᵀ. They are those of y unless said. */
  readonly axes?: Tensor;
}

/**
 * F(y, u), or F(y, u, g) with numbers g of each row: a perceptron that is given y, the noise 4u = log σ with sin and cos of ω·log σ for ω = ½, 1, 2, …, and the
 * waves of y's coordinates. Its last layer starts at 0 (as in Karras et al. 2022), so that {@link preconditioned} starts
 * from the linear denoiser.
 *
 * @throws RangeError when a size or a frequency is out of range
 * @throws ShapeError from `apply`, when y is not [n, d]
 *
 * @example
 * ```ts
 * import { random } from "@scoretape/autograd";
 * import { noiseMlp } from "@scoretape/score";
 *
 * const network = noiseMlp({ dimension: 2, hidden: [32, 32], waves: [1.5, 3] });
 * const parameters = network.init(random.key(0));
 * const y = random.normal(random.key(1), [5, 2]);
 * console.log(network.apply(parameters, y, random.uniform(random.key(2), [5])).shape); // [ 5, 2 ]
 * ```
 */
export function noiseMlp(options: NoiseMlpOptions): NoiseNetwork<readonly nn.DenseParams[], Tensor> {
  const name = "noiseMlp";
  checkOptions(name, options, {
    dimension: "number",
    hidden: "any",
    activation: "any",
    given: "number",
    frequencies: "number",
    waves: "any",
    axes: "any",
  });
  if (options.axes !== undefined && !(options.axes instanceof Tensor)) {
    throw new TypeError(`${name}: axes are ${kindOf(options.axes)}, not a tensor`);
  }
  checkNumbers(name, options.hidden, "hidden");
  if (options.waves !== undefined) checkNumbers(name, options.waves, "waves");
  const {
    dimension,
    hidden,
    activation = "gelu",
    given = 0,
    frequencies = 4,
    waves: ofCoordinates = [],
    axes,
  } = options;
  checkCount(name, dimension, "dimension");
  if (given !== 0) checkCount(name, given, "given");
  ofCoordinates.forEach((frequency, i) => {
    if (!(frequency > 0 && frequency < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`${name}: waves[${i}] is ${frequency}; a frequency is a finite number above 0`);
    }
  });
  const inputs = (dimension + given) * (1 + 2 * ofCoordinates.length) + 1 + 2 * frequencies;
  const net = nn.mlp([inputs, ...hidden, dimension], { activation });
  return {
    init: (key) =>
      net
        .init(key)
        .map((layer, i) => (i === hidden.length ? { ...layer, weight: zerosLike(layer.weight) } : layer)),
    apply(parameters, y, noise, condition) {
      if (y.rank !== 2 || y.shape[1] !== dimension) {
        throw new ShapeError(
          `${name}: y has shape [${y.shape.join(", ")}], the network takes [n, ${dimension}]`,
        );
      }
      if (given > 0 && condition?.shape.join() !== `${y.shape[0]},${given}`) {
        throw new ShapeError(
          `${name}: the condition ${condition === undefined ? "is missing" : `has shape [${condition.shape.join(", ")}]`}; ` +
            `the network is given [${y.shape[0]}, ${given}]`,
        );
      }
      const of = given > 0 && condition !== undefined ? [cast(condition, y.dtype)] : [];
      const level = expandDims(mul(4, noise), 1);
      const seen =
        axes === undefined || ofCoordinates.length === 0
          ? y
          : matmul(y, cast(axes, y.dtype), { transposeY: true });
      const input = [y, level, ...waves(level, noiseFrequencies(frequencies)), ...of];
      const waved = ofCoordinates.length === 0 ? [] : [seen, ...of].flatMap((x) => waves(x, ofCoordinates));
      return net.apply(parameters, concat([...input, ...waved], 1));
    },
  };
}
