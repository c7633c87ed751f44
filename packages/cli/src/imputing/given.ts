import { type Key, random, reshape, type Tensor, tensor } from "@scoretape/autograd";
import { type Model, restored, rounded } from "@scoretape/score/model";
import { type Cells, type MixedTable, type Schema, tableEncoder } from "@scoretape/score/tables";
import { cellBeyond, FARTHEST, shownDeviations } from "../data/reach.ts";
import { drawSamples, type Sampling } from "../sampling/sample.ts";
import type { Interrupt } from "../terminal/interrupt.ts";
import type { Io } from "../terminal/io.ts";
import { note } from "../terminal/note.ts";
import { UserError } from "../terminal/user-error.ts";
import { type Conditions, isIn, placesOf, rangeText } from "./conditions.ts";
import { drawsOf } from "./draws.ts";
import { encoded, schemaOf } from "./modelTable.ts";

/** Of so many draws none but one at most that fulfils the ranges: then they are too rare. */
const [MOST, TOO_FEW] = [20_000, 2];
/** No data are so many standard deviations from their mean, but for such as have heavy tails. */
const FAR = 10;
/** So many draws are made at once at least, and so many of each row of particles. */
const [LEAST, OF_ROW] = [256, 16];

/**
 * Samples of which conditions hold: what is equal is conditioned on, and of the draws those are taken that are in the ranges.
 *
 * @returns a table of `count` rows
 * @throws UserError if the ranges are too rare
 */
export async function samplesGiven(
  model: Model,
  conditions: Conditions,
  sampling: Sampling,
  key: Key,
  io: Io,
  interrupt: Interrupt,
): Promise<MixedTable> {
  const schema = schemaOf(model.description);
  const { count } = sampling;
  const parts: MixedTable[] = [];
  tellFar(model, conditions, key, io);
  let [drawn, taken] = [0, 0];
  while (taken < count) {
    const rate = drawn === 0 ? 1 : Math.max(taken, 1) / drawn;
    const next = Math.min(MOST, Math.max(LEAST, Math.ceil((1.1 * (count - taken)) / rate)));
    const size = conditions.ranges.size === 0 ? count : next;
    const own = random.foldIn(key, parts.length);
    const points = await drawnPoints(model, conditions, { ...sampling, count: size }, own, io, interrupt);
    const table = tableEncoder(schema).decode(Float64Array.from(points.data));
    const part = fulfilling(table, schema, conditions);
    parts.push(part);
    drawn += size;
    taken += part.rows;
    if (drawn >= MOST && taken < (TOO_FEW * drawn) / MOST) throw tooRare(conditions, taken, drawn);
    interrupt.check();
  }
  if (conditions.ranges.size > 0) {
    note(io, `${taken} of ${drawn} draws are in the ranges, ${((100 * taken) / drawn).toPrecision(3)} %`);
  }
  return joined(parts, count);
}

function tooRare({ ranges }: Conditions, taken: number, drawn: number): UserError {
  const texts = [...ranges].map(([name, range]) => rangeText(name, range)).join(",");
  return new UserError(
    `--given ${texts}: of ${drawn} draws ${taken === 0 ? "none is" : `${taken} are`} in the range, which is too rare to draw from; widen it`,
  );
}

/** Points [count, d] of which the equalities hold. */
async function drawnPoints(
  model: Model,
  { equal }: Conditions,
  sampling: Sampling,
  key: Key,
  io: Io,
  interrupt: Interrupt,
): Promise<Tensor> {
  const { count, backend } = sampling;
  const { standardization } = model.description;
  if (equal.size === 0) {
    return rounded(
      standardization,
      restored(standardization, await drawSamples(model, sampling, key, io, interrupt)),
    );
  }
  const schema = schemaOf(model.description);
  const rows = Math.ceil(count / OF_ROW);
  const table = tableOf(schema, equal, rows);
  const draws = drawsOf({ model, table, name: "--given" }, { key, draws: OF_ROW, backend, places: 1 }, io);
  return reshape(draws, [rows * OF_ROW, schema.length]);
}

/** Rows of what is equal to a value, and open else. */
function tableOf(schema: Schema, equal: Conditions["equal"], rows: number): MixedTable {
  return {
    columns: schema.map(({ name }) => name),
    rows,
    cells: schema.map((column) => cellsOf(column, equal.get(column.name), rows)),
  };
}

/** Tells of a condition beyond all data, where the answer is the model's guess alone. */
function tellFar({ description }: Model, { equal }: Conditions, key: Key, io: Io): void {
  const schema = schemaOf(description);
  const points = encoded("--given", schema, tableOf(schema, equal, 1), key);
  const far = cellBeyond(FAR, description, tensor(points, { shape: [1, schema.length] }));
  if (far === null) return;
  const where = `--given: ${far.column} is ${shownDeviations(far)} standard deviations from the mean of the data`;
  if (far.deviations > FARTHEST)
    throw new UserError(`${where}, of which nothing can be computed; leave it out`);
  note(io, `${where}: nothing was learned there`);
}

/** A column that is equal to a value, or open. */
function cellsOf({ kind }: Schema[number], value: string | undefined, rows: number): Cells {
  if (kind === "category" || kind === "date") {
    return {
      kind: "text",
      texts: value === undefined ? [] : [value],
      codes: new Int32Array(rows).fill(value === undefined ? -1 : 0),
    };
  }
  return {
    kind: "number",
    values: new Float64Array(rows).fill(value === undefined ? Number.NaN : Number(value)),
  };
}

/** The rows that are in all ranges. */
function fulfilling(table: MixedTable, schema: Schema, { ranges }: Conditions): MixedTable {
  const asked = schema.flatMap((column, j) => {
    const [range, cells] = [ranges.get(column.name), table.cells[j]];
    return range === undefined || cells === undefined ? [] : [{ range, places: placesOf(column, cells) }];
  });
  const rows = Array.from({ length: table.rows }, (_, row) => row).filter((row) =>
    asked.every(({ range, places }) => isIn(range, places[row] ?? Number.NaN)),
  );
  return rowsOf(table, rows);
}

function rowsOf(table: MixedTable, rows: readonly number[]): MixedTable {
  const cells = table.cells.map(
    (own): Cells =>
      own.kind === "text"
        ? { ...own, codes: Int32Array.from(rows, (row) => own.codes[row] ?? -1) }
        : { kind: "number", values: Float64Array.from(rows, (row) => own.values[row] ?? Number.NaN) },
  );
  return { columns: table.columns, rows: rows.length, cells };
}

/** The first rows of tables of the same columns, one after another. */
function joined(parts: readonly MixedTable[], count: number): MixedTable {
  const [first] = parts;
  if (first === undefined) throw new TypeError("there is a part");
  const cells = first.cells.map((own, j): Cells => {
    const all = parts.map((part) => part.cells[j] ?? own);
    if (own.kind === "number") {
      return {
        kind: "number",
        values: Float64Array.from(all.flatMap((each) => (each.kind === "number" ? [...each.values] : []))),
      };
    }
    const texts = [...new Set(all.flatMap((each) => (each.kind === "text" ? each.texts : [])))];
    const places = new Map(texts.map((text, code) => [text, code]));
    const codes = all.flatMap((each) =>
      each.kind === "text" ? [...each.codes].map((code) => places.get(each.texts[code] ?? "") ?? -1) : [],
    );
    return { kind: "text", texts, codes: Int32Array.from(codes) };
  });
  const rows = parts.reduce((total, part) => total + part.rows, 0);
  return rowsOf(
    { columns: first.columns, rows, cells },
    Array.from({ length: count }, (_, row) => row),
  );
}
