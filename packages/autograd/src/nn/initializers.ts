import { mul } from "../ops/arithmetic.ts";
import { checkDraw, type DrawOptions, type Key } from "../random/checks.ts";
import { normal, uniform } from "../random.ts";
import { type Shape, ShapeError, showShape } from "../shape.ts";
import { full, type Tensor } from "../tensor.ts";

/**
 * Draws the first value of a weight.
 *
 * @param shape [..., fanIn, fanOut]
 */
export type Initializer = (key: Key, shape: Shape, options?: DrawOptions) => Tensor;

/** How many inputs each output sums over, and how many outputs each input goes to. */
interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/** Normal or uniform numbers of mean 0 and the variance that the fans ask for. */
function scaledDraw(
  name: string,
  distribution: "normal" | "uniform",
  varianceOf: (fans: Fans) => number,
): Initializer {
  return (key, shape, options = {}) => {
    checkDraw(`nn.${name}`, key, shape, options);
    const [fanIn, fanOut] = shape.slice(-2);
    if (fanIn === undefined || fanOut === undefined) {
      throw new ShapeError(
        `nn.${name}: a weight of shape ${showShape(shape)} has no fans; give [..., fanIn, fanOut]`,
      );
    }
    const deviation = Math.sqrt(varianceOf({ fanIn, fanOut }));
    if (distribution === "normal") return mul(normal(key, shape, options), deviation);
    const bound = Math.sqrt(3) * deviation; // a uniform number on [−a, a] has the variance a²/3
    return mul(uniform(key, shape, { ...options, low: -1 }), bound);
  };
}

// A layer without inputs or outputs has no weights, so its variance is of no account; it must be finite.
const perInput = ({ fanIn }: Fans): number => 1 / Math.max(1, fanIn);
const perMeanOfFans = ({ fanIn, fanOut }: Fans): number => 2 / Math.max(1, fanIn + fanOut);

/**
 * Uniform on ±√(6/(fanIn + fanOut)), of variance 2/(fanIn + fanOut): keeps the variance of values forwards
 * and of gradients backwards through tanh layers (Glorot & Bengio 2010, eq. 16).
 */
export const glorotUniform: Initializer = /* @__PURE__ */ scaledDraw(
  "glorotUniform",
  "uniform",
  perMeanOfFans,
);

/** Normal of variance 2/(fanIn + fanOut) (Glorot & Bengio 2010, eq. 12). */
export const glorotNormal: Initializer = /* @__PURE__ */ scaledDraw("glorotNormal", "normal", perMeanOfFans);

/**
 * Uniform on ±√(6/fanIn), of variance 2/fanIn: keeps the variance through relu layers, which halve it (He et
 * al. 2015, eq. 10). For layers of sines it is the choice of Sitzmann et al. 2020, section 3.2.
 */
export const heUniform: Initializer = /* @__PURE__ */ scaledDraw(
  "heUniform",
  "uniform",
  (fans) => 2 * perInput(fans),
);

/** Normal of variance 2/fanIn (He et al. 2015, eq. 10). */
export const heNormal: Initializer = /* @__PURE__ */ scaledDraw(
  "heNormal",
  "normal",
  (fans) => 2 * perInput(fans),
);

/**
 * Uniform on ±√(3/fanIn), of variance 1/fanIn: keeps the variance through linear layers (LeCun et al. 1998,
 * eq. 16).
 */
export const lecunUniform: Initializer = /* @__PURE__ */ scaledDraw("lecunUniform", "uniform", perInput);

/** Normal of variance 1/fanIn (LeCun et al. 1998, eq. 16). */
export const lecunNormal: Initializer = /* @__PURE__ */ scaledDraw("lecunNormal", "normal", perInput);

/** All zeros: a last layer with it starts at the function 0. The key is not used. */
export const zeros: Initializer = (key, shape, options = {}) => {
  checkDraw("nn.zeros", key, shape, options);
  const { dtype = "float32" } = options;
  return full(shape, 0, { dtype, backend: key.backend });
};
