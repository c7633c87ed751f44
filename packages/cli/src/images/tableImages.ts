import type { ImageShape } from "@scoretape/score/model";
import { column, type Reading, readTable, remarkText, type Table, TableError } from "@scoretape/score/tables";
import { nameOf, readBytes } from "../files/read.ts";
import { typed } from "../flags/reading.ts";
import { UserError } from "../terminal/user-error.ts";
import { type Classes, classesOf } from "./classes.ts";
import type { ImageReading, Images } from "./images.ts";
import { scaled } from "./raster.ts";
import { shapeInWords, sizeOf } from "./shape.ts";

/**
 * Images from a table with a column for each pixel, row by row, and maybe one of labels: from 0, black, to the number that
 * is white, which is 1 or 255 where all pixels are at most that and some more than half, and else the largest.
 *
 * @throws UserError if the file is no table, or its columns are not as many as an image has pixels
 */
export function tableImages(path: string, shape: ImageShape, how: ImageReading): Images {
  const name = nameOf(path);
  const bytes = readBytes(path);
  const read = (reading: Reading): { table: Table; remarks: readonly string[] } => {
    try {
      const { table, remarks } = readTable(bytes, reading);
      return { table, remarks: remarks.map((remark) => `${name}: ${remarkText(remark, typed)}`) };
    } catch (error) {
      if (!(error instanceof TableError)) throw error;
      throw new UserError(`${name}: ${remarkText(error.remark, typed)}`, { cause: error });
    }
  };
  const { labels, table: reading = {} } = how;
  const classes = labels === undefined ? null : classesIn(read(only(labels, reading)).table);
  const pixels = labels === undefined ? reading : without(labels, reading);
  const { table, remarks } = read(pixels);
  const { columns, rows, values } = table;
  if (columns.length !== sizeOf(shape)) {
    throw new UserError(
      `${name} has ${columns.length} columns, and an image of ${shapeInWords(shape)} has ${sizeOf(shape)} numbers; ` +
        "give --image as it is, --labels for a column of labels, or --drop for others",
    );
  }
  how.expect?.(rows, shape);
  const white = whiteOf(values, name);
  return {
    shape,
    count: rows,
    values: scaled(values, white),
    classes,
    reading: pixels,
    remarks: [...remarks, `${name}: pixels from 0, black, to ${white}, white`],
  };
}

function classesIn(table: Table): Classes {
  return classesOf([...column(table, 0)]);
}

function only(labels: string, { columns: _, drop: __, ignore: ___, ...reading }: Reading): Reading {
  return { ...reading, columns: [labels] };
}

function without(labels: string, { columns, drop = [], ...reading }: Reading): Reading {
  if (columns !== undefined) return { ...reading, columns: columns.filter((name) => name !== labels) };
  return { ...reading, drop: [...drop.filter((name) => name !== labels), labels] };
}

const WHITES = [1, 255];

function whiteOf(values: Float64Array, name: string): number {
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  if (low < 0 || !(high > 0)) {
    throw new UserError(`${name} has pixels from ${low} to ${high}; black is 0, and white a number above it`);
  }
  return WHITES.find((white) => high <= white && high > white / 2) ?? high;
}
