import { broadcastTo, cast, matmul, type Tensor, tensor, zeros } from "@scoretape/autograd";
import { classifierFreeGuidance } from "../classifierFreeGuidance.ts";
import { unitsOfColumns } from "../model/conditional.ts";
import type { Model } from "../model/model.ts";
import { principalNetworkOf } from "../model/network.ts";
import { numbersOf, type Regression, regressionIn, residualsOf } from "../model/regression.ts";
import type { Units } from "../model/units.ts";
import { type FloatType, type OwnUnits, ownUnits } from "./units.ts";

/** An input of an exported function beside the points: what each row is conditioned on. */
export interface Condition {
  readonly name: string;
  /** As many rows of it, to tell its shape and dtype. */
  example(rows: number): Tensor;
}

/** What a model knows the score of, and what it has to be told. */
export interface Subject {
  readonly columns: readonly string[];
  readonly units: OwnUnits;
  readonly conditions: readonly Condition[];
  /** s(z, σ) at standardised points [n, d] of the units' dtype, for conditions in the data's own units. */
  score(z: Tensor, sigma: Tensor, conditions: readonly Tensor[]): Tensor;
}

/** How a model's score is asked for. */
export interface SubjectOptions {
  readonly dtype: FloatType;
  /** The class of all rows; a class for each is an input unless said. */
  readonly label: number | undefined;
  readonly guidance: number | undefined;
}

/** The score of all of a model's columns, of one class or another, or of a target's columns given others. */
export function subjectOf(name: string, model: Model, options: SubjectOptions): Subject {
  return model.description.target === undefined
    ? ofAllColumns(name, model, options)
    : ofTarget(name, model, options.dtype);
}

function ofAllColumns(name: string, model: Model, { dtype, ...how }: SubjectOptions): Subject {
  const { columns, standardization } = model.description;
  const { conditions, score } = conditionedScore(model, how);
  return {
    columns,
    units: ownUnits(name, standardization, columns, dtype),
    conditions,
    // Networks compute in float32.
    score: (z, sigma, told) => cast(score(cast(z, "float32"), cast(sigma, "float32"), told), dtype),
  };
}

/** The score in float32, told classes where the model was. */
export function conditionedScore(
  { description: { classes = [] }, standardScore, conditionalScore }: Model,
  { label, guidance = 0 }: Pick<SubjectOptions, "label" | "guidance">,
): Pick<Subject, "conditions" | "score"> {
  if (conditionalScore === undefined || classes.length === 0) return { conditions: [], score: standardScore };
  const isInput = label === undefined;
  const all = tensor(label ?? 0, { dtype: "uint32" });
  return {
    conditions: isInput ? [{ name: "class", example: (rows) => zeros([rows], { dtype: "uint32" }) }] : [],
    score(z, sigma, [told]) {
      const condition = told ?? broadcastTo(all, z.shape.slice(0, 1));
      return classifierFreeGuidance(conditionalScore, { condition, scale: guidance })(z, sigma);
    },
  };
}

/** A regression with all numbers in one dtype. */
function regressionAs({ intercept, slopes, axes, residuals }: Regression, dtype: FloatType): Regression {
  return {
    intercept: cast(intercept, dtype),
    slopes: cast(slopes, dtype),
    axes: cast(axes, dtype),
    residuals,
  };
}

/** What is told of a model of a target. */
export interface Target {
  readonly regression: Regression;
  readonly units: OwnUnits;
  readonly given: OwnUnits;
  readonly columns: readonly string[];
  readonly condition: Condition;
  /** s(r, σ) of residuals along their principal axes, given standardised rows, in float32. */
  score(r: Tensor, sigma: Tensor, given: Tensor): Tensor;
}

/** What a model of a target is made of. */
export function targetOf(name: string, { description, parameters }: Model, dtype: FloatType): Target {
  const numbers = numbersOf(description);
  if (numbers === null) throw new RangeError(`${name}: the model has no target`);
  const { columns, standardization } = description;
  const network = principalNetworkOf(description);
  const unitsOfSome = (some: readonly number[]): [readonly string[], Units] => [
    some.map((j) => columns[j] ?? ""),
    unitsOfColumns(standardization, some),
  ];
  const [targets, ofTargets] = unitsOfSome(numbers.target);
  const [givens, ofGivens] = unitsOfSome(numbers.given);
  return {
    regression: regressionAs(regressionIn(description), dtype),
    units: ownUnits(name, ofTargets, targets, dtype),
    given: ownUnits(name, ofGivens, givens, dtype),
    columns: targets,
    condition: { name: "given", example: (rows) => zeros([rows, givens.length], { dtype }) },
    score: (r, sigma, given) => network.apply(parameters, r, sigma, given),
  };
}

function ofTarget(name: string, model: Model, dtype: FloatType): Subject {
  const { regression, units, given, columns, condition, score } = targetOf(name, model, dtype);
  return {
    columns,
    units,
    conditions: [condition],
    score(z, sigma, [told = condition.example(1)]) {
      const of = given.standardized(told);
      const r = residualsOf(regression, z, of);
      const s = score(cast(r, "float32"), cast(sigma, "float32"), cast(of, "float32"));
      return matmul(cast(s, dtype), regression.axes, { transposeY: true });
    },
  };
}
