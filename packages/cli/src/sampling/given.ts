import { concat, type Key, reshape, type Tensor, take, tensor } from "@scoretape/autograd";
import type { Model } from "@scoretape/score/model";
import {
  type Cells,
  remarkText,
  type Schema,
  TableError,
  tableEncoder,
  writeMixedTable,
  writeTable,
} from "@scoretape/score/tables";
import { tableOf } from "../data/source.ts";
import { typed } from "../flags/reading.ts";
import { suggestion } from "../terminal/nearest.ts";
import { UserError } from "../terminal/user-error.ts";
import { finite } from "./flow.ts";
import type { Sampling } from "./sample.ts";

/**
 * What is said of the given columns of a model of a target, in the order of the model: `rooms=3`, one for each.
 *
 * @throws UserError if one is missing, is no column that is given, or is no number; if a model of all columns is given any
 */
export function givenOf(path: string, { description }: Model, said: readonly string[] | undefined): number[] {
  const { target = [], given, schema = [] } = description;
  if (given === undefined) {
    if (said === undefined) return [];
    throw new UserError(
      `--given is for a model of a target, and ${path} is one of all columns; leave it out`,
    );
  }
  const example = given.map((name) => `${name}=1`).join(",");
  if (said === undefined) {
    throw new UserError(
      `${path} is a model of ${target.join(", ")} given ${given.join(", ")}; say --given ${example}`,
    );
  }
  const values = new Map<string, string>();
  for (const text of said) {
    const [, name = "", value = ""] = /^([^=]*)=(.*)$/.exec(text) ?? [];
    if (!given.includes(name)) {
      throw new UserError(
        `--given has "${text}";${suggestion(name, given)} ${path} is given ${given.join(", ")}, such as ${example}`,
      );
    }
    const isText = textKinds.has(schema.find((column) => column.name === name)?.kind ?? "real");
    if (value.trim() === "" || (!isText && !Number.isFinite(Number(value)))) {
      throw new UserError(`--given has "${text}", which is no number; write ${name}=1`);
    }
    if (values.has(name)) throw new UserError(`--given has ${name} twice; say it once`);
    values.set(name, value);
  }
  const missing = given.filter((name) => !values.has(name));
  if (missing.length > 0) {
    throw new UserError(`--given says nothing of ${missing.join(", ")}; ${path} needs ${example}`);
  }
  return pointOf(schema, given, (name) => values.get(name) ?? "");
}

const textKinds: ReadonlySet<string> = new Set(["category", "date"]);

/** What is given as coordinates: of a label, a whole number or a day the middle of its interval. */
function pointOf(schema: Schema, given: readonly string[], textOf: (name: string) => string): number[] {
  const own = given.map(
    (name) => schema.find((column) => column.name === name) ?? { name, kind: "real" as const },
  );
  const cells = own.map(
    ({ name, kind }): Cells =>
      textKinds.has(kind)
        ? { kind: "text", texts: [textOf(name)], codes: Int32Array.of(0) }
        : { kind: "number", values: Float64Array.of(Number(textOf(name))) },
  );
  try {
    const half = new Float64Array(given.length).fill(0.5);
    return [...tableEncoder(own).encode({ columns: given, rows: 1, cells }, half)];
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    throw new UserError(`--given: ${remarkText(error.remark, typed)}`, { cause: error });
  }
}

/** Draws of the target columns beside what is given, as CSV, in the order of the data's columns. */
export function targetCsv(
  { description, sampleGiven }: Model,
  given: readonly number[],
  { count, backend }: Pick<Sampling, "count" | "backend">,
  key: Key,
): string {
  const { columns, target = [], given: names = [] } = description;
  if (sampleGiven === undefined) throw new TypeError("targetCsv: the model has no target");
  const row = tensor([...given], { shape: [1, given.length], dtype: "float64" });
  const drawn = finite(() => sampleGiven(key, row, count, { backend }));
  const draws = reshape(drawn, [count, target.length]);
  const beside = take(row, new Array<number>(count).fill(0));
  const own = [...target, ...names];
  const shown = columns.filter((name) => own.includes(name));
  const all: Tensor = take(
    concat([draws, beside], 1),
    shown.map((name) => own.indexOf(name)),
    1,
  );
  if (description.schema === undefined) return writeTable(tableOf(shown, all));
  const schema = description.schema.filter(({ name }) => shown.includes(name));
  return writeMixedTable(tableEncoder(schema).decode(Float64Array.from(all.data)));
}
