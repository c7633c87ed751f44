import type { Model } from "../model/model.ts";

/** What an exported function tells of itself: texts, most of them JSON. */
export type Metadata = Readonly<Record<string, string>>;

/** What stands in the metadata for the inputs and the outputs that the functions have: 1. */
const VERSION = 1;

/** What a function of a model is and computes, in the order in which files have it. */
export function metadataOf(
  { description, sigmas }: Model,
  what: string,
  columns: readonly string[],
  how: Readonly<Record<string, unknown>>,
): Metadata {
  const { units, schema, image, classes, target, given, standardization } = description;
  const some = <T>(values: readonly T[], of: readonly string[]): (T | undefined)[] =>
    of.map((name) => values[description.columns.indexOf(name)]);
  const facts: Readonly<Record<string, unknown>> = {
    version: VERSION,
    what,
    columns,
    ...(units.length === 0 ? {} : { units: some(units, columns) }),
    // σ is in these units.
    deviations: some(standardization.deviation, columns),
    sigmas: [sigmas[0], sigmas.at(-1)],
    target,
    given,
    ...(units.length === 0 || given === undefined ? {} : { givenUnits: some(units, given) }),
    image,
    classes,
    schema,
    ...how,
  };
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === "string" ? value : JSON.stringify(value)]],
    ),
  );
}
