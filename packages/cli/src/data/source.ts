import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { cast, type Key, type Tensor, tensor } from "@scoretape/autograd";
import { data } from "@scoretape/score";
import { type Description, type Rows, sharesOfGaps } from "@scoretape/score/model";
import type { Inference, Reading, Schema, Table } from "@scoretape/score/tables";
import { nameOf } from "../files/read.ts";
import { reused, typed } from "../flags/reading.ts";
import { STREAM } from "../flags/value.ts";
import type { Classes } from "../images/classes.ts";
import { DIGITS, digitImages } from "../images/digits.ts";
import type { ImageReading, Images } from "../images/images.ts";
import { openImages } from "../images/open.ts";
import { pixelNames, sizeOf } from "../images/shape.ts";
import { suggestion } from "../terminal/nearest.ts";
import { UserError } from "../terminal/user-error.ts";
import { type Coordinates, readPoints } from "./coordinates.ts";

/** The name of rows that came by standard input. No path of a file is as short: those are absolute. */
export const STDIN = "stdin";

/** Rows to learn from or to compare with, in float64 or float32, and where they come from. */
export interface Source extends Rows {
  /** The name of a data set, the absolute path of a file, or that of standard input. */
  readonly name: string;
  /** Whether the rows were drawn for the occasion: neither measured nor read. */
  readonly generated: boolean;
  /** The unit of each column; empty where they have none. */
  readonly units: readonly string[];
  /** What the user should know of how a file was read. */
  readonly remarks: readonly string[];
  /** What the columns of a table hold of which the rows are points; not there where they are numbers as they are. */
  readonly schema?: Schema;
  /** Of rows with gaps, which are NaN: the share of each column's cells that are. */
  readonly gaps?: readonly number[];
  /** How a file of the same kind is to be read again. */
  readonly reading: Reading;
  /** How samples of a model of it are to be written, where not with commas between cells and decimal points. */
  readonly writing?: NonNullable<Description["writing"]>;
  /** Of images: what each shows, where that is known. */
  readonly labels: Classes | null;
}

/** How to come by rows. */
export interface Way {
  /** How the rows of a data set that has none of its own are drawn. */
  readonly key: Key;
  readonly rows: number;
  /** How a file is to be read, as far as that was said. */
  readonly reading?: Reading;
  /** How the file of the model was read, which holds where nothing else is said. */
  readonly kept?: Reading | undefined;
  /** How the columns of a table become coordinates; by default they are numbers as they are. */
  readonly coordinates?: Coordinates;
  /** How images are to be read, as far as that was said. */
  readonly images?: Omit<ImageReading, "table">;
}

/**
 * The rows of a data set or of a CSV file, or images.
 *
 * @param name - A data set's name, `-` for standard input, or else a path.
 * @throws UserError if there is neither a set nor a file of that name, or the file holds neither images nor a
 *   table of numbers that vary.
 */
export function openSource(name: string, way: Way): Source {
  const { reading = {}, kept = {}, images = {} } = way;
  if (isDigits(name)) {
    refuseReading(DIGITS, way);
    return imageSource(DIGITS, digitImages(), {});
  }
  const set = findSet(name);
  if (set === undefined) return openFile(name, { ...images, table: reused(kept, reading) }, way.coordinates);
  refuseReading(set.name, way);
  const own = data.isRows(set);
  const rows = own ? set.rows() : set.sample(way.key, way.rows);
  const { columns, units = [] } = set;
  return {
    name: set.name,
    set,
    generated: !own,
    columns,
    units,
    values: cast(rows, "float64"),
    remarks: [],
    reading: {},
    labels: null,
  };
}

/** Whether a source has a name of its own, as opposed to a file's. */
export function isNamed({ name, set }: Pick<Source, "name" | "set">): boolean {
  return set !== null || name === DIGITS;
}

/** The name that a data set is known by, if there is one of that name. */
export function nameOfSet(name: string): string | undefined {
  return isDigits(name) ? DIGITS : findSet(name)?.name;
}

function isDigits(name: string): boolean {
  return name.toLowerCase() === DIGITS;
}

/** @throws UserError if something was said of how to read a file, where none is read */
function refuseReading(name: string, { reading = {}, images = {}, coordinates }: Way): void {
  const { resize, labels } = images;
  const said = [
    typed({ ...reading, ...saidOf(coordinates) }),
    ...(resize === undefined ? [] : [`--resize ${resize}`]),
    ...(labels === undefined ? [] : [`--labels ${labels}`]),
  ].filter((words) => words !== "");
  if (said.length === 0) return;
  throw new UserError(`${said.join(" ")}: that is for files, and ${name} is a data set; leave it out`);
}

/** Images as rows. */
function imageSource(name: string, images: Images, reading: Reading): Source {
  const { shape, count, values, classes, remarks } = images;
  return {
    name,
    set: null,
    generated: false,
    columns: pixelNames(shape),
    units: [],
    values: tensor(values, { shape: [count, sizeOf(shape)] }),
    remarks,
    reading,
    image: shape,
    labels: classes,
  };
}

/** The files that a source is read from. */
export function filesOf(source: Source): string[] {
  if (isNamed(source)) return [];
  return [source.name === STDIN ? "/dev/stdin" : source.name];
}

/** @throws UserError if a number of rows was asked for of data that have their own */
export function checkRows(given: ReadonlySet<string>, { name, generated }: Source): void {
  if (!given.has("rows") || generated) return;
  throw new UserError(`--rows is for generated data sets; ${name} has its own rows`);
}

/** The data set that a name stands for, if any. */
export function findSet(name: string): data.DataSet | undefined {
  if (name === STREAM) return undefined;
  try {
    return data.byName(name);
  } catch {
    return undefined;
  }
}

/** What was said of the columns of a table. */
function saidOf(coordinates: Coordinates | undefined): Inference {
  return coordinates !== undefined && "inference" in coordinates ? coordinates.inference : {};
}

function openFile(path: string, how: ImageReading, coordinates: Coordinates | undefined): Source {
  if (path !== STREAM && !existsSync(path) && !/[./\\]/.test(path)) {
    const names = [...data.names(), DIGITS];
    throw new UserError(
      `there is no data set and no file "${path}";${suggestion(path, names)} the sets are ${names.join(", ")}`,
    );
  }
  const { table: reading = {}, labels, resize } = how;
  const name = path === STREAM ? STDIN : resolve(path);
  const images = openImages(path, how);
  const said = images === null ? "" : typed(saidOf(coordinates));
  if (said !== "") throw new UserError(`${path}: ${said} is for tables, and these are images; leave it out`);
  if (images !== null) return imageSource(name, images, images.reading ?? reading);
  if (labels !== undefined || resize !== undefined) {
    throw new UserError(
      `${path}: --${labels === undefined ? "resize" : "labels"} is for images; if its rows are some, say so with --image 28x28`,
    );
  }
  const read = { gaps: "keep", ...reading } as const;
  const { columns, values, schema, reading: found, remarks } = readPoints(path, read, coordinates);
  const { delimiter = ",", decimal = "." } = found;
  const isUsual = delimiter === "," && decimal === ".";
  const shares = sharesOfGaps(values);
  const isGappy = shares.some((share) => share > 0);
  return {
    name,
    set: null,
    generated: false,
    columns,
    units: [],
    values,
    ...(schema === null ? {} : { schema }),
    ...(isUsual ? {} : { writing: { delimiter, decimal } }),
    ...(isGappy ? { gaps: shares } : {}),
    remarks: isGappy ? [...remarks, `${nameOf(path)}: ${gapsIn(columns, shares)}`] : remarks,
    reading,
    labels: null,
  };
}

/** So many columns with gaps are told one by one. */
const MOST_GAPPY = 6;

/** `cells are gaps, 3.2 % of sex and 0.6 % of mass; …` */
function gapsIn(columns: readonly string[], shares: readonly number[]): string {
  const gappy = columns.flatMap((name, j) => ((shares[j] ?? 0) > 0 ? [{ name, share: shares[j] ?? 0 }] : []));
  const told = gappy.slice(0, MOST_GAPPY).map(({ name, share }) => `${percent(share)} of ${name}`);
  const rest = gappy.length > MOST_GAPPY ? [`some of ${gappy.length - MOST_GAPPY} more columns`] : [];
  const list = [...told, ...rest].join(", ").replace(/, ([^,]*)$/, " and $1");
  return `cells are gaps, ${list}: they count as unknown; ${typed({ gaps: "drop" })} leaves their rows out`;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}

/** Points in their own units as a table whose columns carry their units: for people to read. */
export function labelled({ columns, units }: Pick<Source, "columns" | "units">, points: Tensor): Table {
  return tableOf(
    columns.map((column, j) => (units[j] === undefined ? column : `${column} (${units[j]})`)),
    points,
  );
}

/** Points [n, d] as a table. */
export function tableOf(columns: readonly string[], points: Tensor): Table {
  return { columns, rows: points.shape[0] ?? 0, values: Float64Array.from(points.data) };
}
