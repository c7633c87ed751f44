import {
  cast,
  checkOptions,
  concat,
  eye,
  ones,
  portable,
  ShapeError,
  slice,
  sub,
  type Tensor,
  zeros,
} from "@scoretape/autograd";
import { checkCount, checkData } from "../check.ts";
import type { NormalMoments } from "../data/normalMoments.ts";
import { flowWithDivergence, likelihoodAlong } from "../diffusion/logLikelihood.ts";
import type { DiffusionProcess } from "../diffusion/process.ts";
import { timeConditional } from "../diffusion/timeConditional.ts";
import { varianceExploding } from "../diffusion/varianceExploding.ts";
import { dormandPrince } from "../ode/dormandPrince.ts";
import type { VectorField } from "../ode/rungeKutta.ts";
import type { SamplerBackend } from "../samplers/compiled.ts";
import { lastingAs } from "../samplers/keptSteps.ts";
import type { NoiseConditionalScore } from "../score.ts";
import type { Model } from "./model.ts";
import { standardized } from "./units.ts";

/** How to follow the probability flow. */
export interface LogDensityOptions {
  /** So many points are followed side by side; 2000 unless said. */
  readonly batch?: number;
  /** What runs the flow; WebAssembly unless said. */
  readonly backend?: SamplerBackend;
}

/** The error of a step; that of a log-density stays far below a hundredth of a nat where the score is smooth. */
const TOLERANCE = 1e-4;
/** A score that asks for more attempts at a step is no score of blurred data. */
const MOST_STEPS = 1000;

/**
 * The log-density of points under a model of rows, in nats: along the probability flow from its smallest noise level to the
 * largest, where the density is the normal one of the rows; the divergence is exact, by as many derivatives as there are
 * columns. It is the density of the data with noise of the smallest level. Song et al. 2021, equation 39.
 *
 * @param x [n, d] in the data's own units: with a schema the coordinates of rows, to whose density `logJacobian` leads back
 * @returns [n] in float64
 * @throws RangeError when an element is not finite, or the flow leaves the finite numbers
 * @throws ShapeError when x is not [n, d] with the model's columns
 *
 * @example
 * ```ts
 * import { tensor } from "@scoretape/autograd";
 * import { loadModel, logDensity } from "@scoretape/score/model";
 * import { readFile } from "node:fs/promises";
 *
 * const model = loadModel(await readFile("packages/score/test/fixtures/version2/model.safetensors"));
 * const [near = 0, far = 0] = logDensity(model, tensor([model.description.standardization.mean, [0, 0]])).data;
 * console.log(near > far); // true
 * ```
 */
export function logDensity(model: Model, x: Tensor, options: LogDensityOptions = {}): Tensor {
  const name = "logDensity";
  checkOptions(name, options, { batch: "number", backend: "any" });
  const { standardization: units } = model.description;
  checkPoints(name, model, x);
  const logScale = units.deviation.reduce((sum, deviation) => sum + portable.log(deviation), 0);
  return sub(standardLogDensity(name, model, standardized(units, x), options), logScale);
}

/** Throws unless x is finite, and has the columns of a model of rows. */
export function checkPoints(name: string, model: Model, x: Tensor): void {
  checkData(name, x);
  checkColumns(name, model, x);
}

/** Throws unless x [n, d] has the columns of a model of rows. */
export function checkColumns(name: string, { description }: Model, x: Tensor): void {
  const { columns, image } = description;
  if (image !== undefined) throw new TypeError(`${name}: the model is one of images; give one of rows`);
  if (x.shape[1] === columns.length) return;
  throw new ShapeError(
    `${name}: x has shape [${x.shape.join(", ")}], and the model ${columns.length} columns: ${columns.join(", ")}`,
  );
}

/** That of standardised points, in their units. */
export function standardLogDensity(
  name: string,
  model: Model,
  z: Tensor,
  { batch = 2000, backend }: LogDensityOptions,
): Tensor {
  checkCount(name, batch, "batch");
  const [n = 0, d = 0] = z.shape;
  const { process, field } = flowOf(model);
  const solver = dormandPrince({
    relativeTolerance: TOLERANCE,
    absoluteTolerance: TOLERANCE,
    maxSteps: MOST_STEPS,
  });
  const parts = Array.from({ length: Math.ceil(n / batch) }, (_, i) => {
    const part = slice(z, [i * batch, 0], [Math.min(n, (i + 1) * batch), d]);
    return likelihoodAlong(field, part, process, { solver, ...(backend === undefined ? {} : { backend }) })
      .nats;
  });
  return cast(concat(parts, 0), "float64");
}

/** A model's probability flow, with its divergence. */
interface Flow {
  readonly process: DiffusionProcess;
  readonly field: VectorField;
}

/** One for each model, so that its steps are compiled once for all points. */
const flows = /* @__PURE__ */ new WeakMap<NoiseConditionalScore, Flow>();

function flowOf({ standardScore, sigmas, description }: Model): Flow {
  const known = flows.get(standardScore);
  if (known !== undefined) return known;
  const [sigmaMax = 1, sigmaMin = 1] = [sigmas[0], sigmas.at(-1)];
  const moments = description.moments ?? standardNormal(description.columns.length);
  const process = varianceExploding({ sigmaMin, sigmaMax, moments });
  const field = flowWithDivergence("logDensity", timeConditional(standardScore, process), process);
  const flow = { process, field: lastingAs(standardScore, field) };
  flows.set(standardScore, flow);
  return flow;
}

/** N(0, I), which standardised rows are measured by where their moments are not known. */
export function standardNormal(d: number): NormalMoments {
  const dtype = "float64";
  return { mean: zeros([d], { dtype }), axes: eye(d, { dtype }), deviation: ones([d], { dtype }) };
}
