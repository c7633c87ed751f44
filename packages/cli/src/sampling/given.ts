import { concat, type Key, random, reshape, type Tensor, take, tensor } from "@scoretape/autograd";
import { type Description, decodedSamples, type Model } from "@scoretape/score/model";
import {
  type Cells,
  type MixedTable,
  remarkText,
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
 * What is said of the given columns of a model of a target, `rooms=3`, in the order of the model.
 *
 * @throws UserError if one is missing, is no column that is given, or is no number where the column has numbers; if a model of
 *   all columns is given any
 */
export function givenOf(
  path: string,
  { description }: Model,
  texts: readonly string[] | undefined,
): string[] {
  const { target = [], given } = description;
  if (given === undefined) {
    if (texts === undefined) return [];
    throw new UserError(
      `--given is for a model of a target, and ${path} is one of all columns; leave it out`,
    );
  }
  const example = given.map((name) => `${name}=${holdsText(description, name) ? "…" : "1"}`).join(",");
  if (texts === undefined) {
    throw new UserError(
      `${path} is a model of ${target.join(", ")} given ${given.join(", ")}; say --given ${example}`,
    );
  }
  const values = new Map<string, string>();
  for (const text of texts) {
    const [, name = "", value = ""] = /^([^=]*)=(.*)$/.exec(text) ?? [];
    if (!given.includes(name)) {
      throw new UserError(
        `--given has "${text}";${suggestion(name, given)} ${path} is given ${given.join(", ")}, such as ${example}`,
      );
    }
    const isNumber = value.trim() !== "" && Number.isFinite(Number(value));
    if (!isNumber && !holdsText(description, name)) {
      throw new UserError(`--given has "${text}", which is no number; write ${name}=1`);
    }
    if (values.has(name)) throw new UserError(`--given has ${name} twice; say it once`);
    values.set(name, value.trim());
  }
  const missing = given.filter((name) => !values.has(name));
  if (missing.length > 0) {
    throw new UserError(`--given says nothing of ${missing.join(", ")}; ${path} needs ${example}`);
  }
  return given.map((name) => values.get(name) ?? "");
}

/**
 * Draws of the target columns beside what is given, as CSV, in the order of the data's columns.
 *
 * @throws UserError if a label or a date is none that the model knows
 */
export function targetCsv(
  { description, sampleGiven }: Model,
  said: readonly string[],
  { count, backend }: Pick<Sampling, "count" | "backend">,
  key: Key,
): string {
  const { columns, target = [], given = [], schema } = description;
  if (sampleGiven === undefined) throw new TypeError("targetCsv: the model has no target");
  const numbers = (names: readonly string[]): number[] => names.map((name) => columns.indexOf(name));
  const rows = encodedRows(description, said, count, random.foldIn(key, 1));
  const of = take(rows, numbers(given), 1);
  const drawn = finite(() => sampleGiven(random.foldIn(key, 0), of, 1, { backend }));
  const both = concat([reshape(drawn, [count, target.length]), of], 1);
  const own = [...target, ...given];
  const shown = columns.filter((name) => own.includes(name));
  if (schema === undefined) {
    return writeTable(
      tableOf(
        shown,
        take(
          both,
          shown.map((name) => own.indexOf(name)),
          1,
        ),
      ),
      description.writing,
    );
  }
  const all = take(
    concat([both, rows], 1),
    columns.map((name, j) => (own.includes(name) ? own.indexOf(name) : own.length + j)),
    1,
  );
  const table = decodedSamples({ description }, all);
  const kept = numbers(shown);
  const cells = table.cells.filter((_, j) => kept.includes(j));
  return writeMixedTable({ ...table, columns: shown, cells }, description.writing);
}

/** So many equal rows as points, the columns that are not given at 0. */
function encodedRows(description: Description, texts: readonly string[], count: number, key: Key): Tensor {
  const { columns, given = [], schema } = description;
  const said = new Map(given.map((name, j) => [name, texts[j] ?? ""]));
  const shape = [count, columns.length];
  const points = (values: Float64Array): Tensor =>
    tensor(
      values.map((value) => (Number.isNaN(value) ? 0 : value)),
      { shape },
    );
  if (schema === undefined) {
    return points(
      Float64Array.from({ length: count * columns.length }, (_, at) =>
        Number(said.get(columns[at % columns.length] ?? "")),
      ),
    );
  }
  const cells = columns.map((name): Cells => {
    const text = said.get(name);
    if (!holdsText(description, name)) {
      return {
        kind: "number",
        values: new Float64Array(count).fill(text === undefined ? Number.NaN : Number(text)),
      };
    }
    return {
      kind: "text",
      texts: text === undefined ? [] : [text],
      codes: new Int32Array(count).fill(text === undefined ? -1 : 0),
    };
  });
  const table: MixedTable = { columns, rows: count, cells };
  const uniforms = random.uniform(key, shape, { dtype: "float64" });
  try {
    return points(tableEncoder(schema).encode(table, Float64Array.from(uniforms.data)));
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    throw new UserError(`--given: ${remarkText(error.remark, typed)}`, { cause: error });
  }
}

function holdsText({ schema = [] }: Description, name: string): boolean {
  const kind = schema.find((column) => column.name === name)?.kind;
  return kind === "category" || kind === "date";
}
