import { tensor } from "@scoretape/autograd";
import { classifierFreeGuidance, type NoiseConditionalScore } from "@scoretape/score";
import type { Model, SamplingOptions } from "@scoretape/score/model";
import { suggestion } from "../terminal/nearest.ts";
import { UserError } from "../terminal/user-error.ts";

/** The flags of what images are to show. */
export interface ConditionFlags {
  /** The name of a class. */
  readonly class: string | undefined;
  readonly guidance: number | undefined;
}

/** Which class to draw, and how far to guide to it. */
export type Condition = Pick<SamplingOptions, "label" | "guidance">;

/**
 * What flags ask of a model at a path.
 *
 * @throws UserError if a class or guidance is asked of a model that was told no classes, or the class is unknown
 */
export function conditionOf(
  path: string,
  model: Model,
  { class: name, guidance }: ConditionFlags,
): Condition {
  if (name === undefined && guidance === undefined) return {};
  const { classes = [] } = model.description;
  if (model.conditionalScore === undefined || classes.length === 0) {
    throw new UserError(
      `${path} is a model that was told no classes, which --${name === undefined ? "guidance" : "class"} is for; ` +
        "train a U-Net on images in classes",
    );
  }
  const label = name === undefined ? -1 : classes.indexOf(name);
  if (name !== undefined && label < 0) {
    const some = classes.length > 20 ? [...classes.slice(0, 20), "…"] : classes;
    throw new UserError(
      `${path} has no class "${name}";${suggestion(name, classes)} the classes are ${some.join(", ")}`,
    );
  }
  return { ...(name === undefined ? {} : { label }), ...(guidance === undefined ? {} : { guidance }) };
}

/** The score of the class that was asked for, at `count` points, or of all images. */
export function conditioned(
  { standardScore, conditionalScore }: Model,
  { label, guidance = 0 }: Condition,
  count: number,
): NoiseConditionalScore {
  if (label === undefined || conditionalScore === undefined) return standardScore;
  const condition = tensor(new Uint32Array(count).fill(label));
  return classifierFreeGuidance(conditionalScore, { condition, scale: guidance });
}
