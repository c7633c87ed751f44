/** The whole multiples of a power of ten that a column's numbers are. */
export interface Grid {
  /** Numbers are multiples of 10^−decimals. */
  readonly decimals: number;
  /** The least of them, in such units. */
  readonly low: number;
  /** Bits that tell each from the least. */
  readonly bits: number;
}

/** 10^k is exact up to here, and so the quotient is rounded once: the number that the decimal digits mean. */
const MOST_DECIMALS = 22;
/** Numbers with more digits than these bits hold are rounded to `LOSSY` of them. */
const [EXACT, LOSSY] = [24, 17];

const scaled = (value: number, decimals: number): number =>
  decimals < 0 ? value / 10 ** -decimals : value * 10 ** decimals;
const unscaled = (count: number, decimals: number): number =>
  decimals < 0 ? count * 10 ** -decimals : count / 10 ** decimals;

function bounds(values: readonly number[], decimals: number): Grid {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    const count = Math.round(scaled(value, decimals));
    low = Math.min(low, count);
    high = Math.max(high, count);
  }
  return { decimals, low: low === 0 ? 0 : low, bits: Math.ceil(Math.log2(high - low + 1)) };
}

/**
 * The coarsest grid on which all numbers lie, where it needs few bits; else the finest that needs few.
 *
 * @throws RangeError where numbers are too small or too large for any
 */
export function gridOf(values: readonly number[]): Grid {
  if (values.length === 0) return { decimals: 0, low: 0, bits: 0 };
  let finest: Grid | undefined;
  for (let decimals = -MOST_DECIMALS; decimals <= MOST_DECIMALS; decimals++) {
    const grid = bounds(values, decimals);
    const isSafe = Number.isSafeInteger(grid.low) && Number.isSafeInteger(grid.low + 2 ** grid.bits);
    if (!isSafe || grid.bits > EXACT) break;
    if (values.every((value) => unscaled(Math.round(scaled(value, decimals)), decimals) === value)) {
      return grid;
    }
    if (grid.bits <= LOSSY) finest = grid;
  }
  if (finest === undefined || (finest.bits === 0 && values.some((value) => value !== values[0]))) {
    throw new RangeError("numbers as small or as large as these are not kept; rescale them");
  }
  return finest;
}

/** Numbers as they are on a grid. */
export function onGrid(values: readonly number[], { decimals }: Grid): number[] {
  return values.map((value) => unscaled(Math.round(scaled(value, decimals)), decimals) + 0);
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Columns of equal length, row after row, in letters that stand in an address as they are. */
export function pack(columns: readonly (readonly number[])[], grids: readonly Grid[]): string {
  let [text, held, bits] = ["", 0, 0];
  const put = (count: number, width: number): void => {
    for (let bit = width - 1; bit >= 0; bit--) {
      held = 2 * held + (Math.floor(count / 2 ** bit) % 2);
      if (++bits === 6) {
        text += ALPHABET[held];
        [held, bits] = [0, 0];
      }
    }
  };
  for (let row = 0; row < (columns[0]?.length ?? 0); row++) {
    columns.forEach((values, j) => {
      const { decimals, low, bits: width } = grids[j] ?? { decimals: 0, low: 0, bits: 0 };
      put(Math.round(scaled(values[row] ?? 0, decimals)) - low, width);
    });
  }
  return bits === 0 ? text : text + ALPHABET[held * 2 ** (6 - bits)];
}

/** The columns that {@link pack} made a text of. @throws RangeError where it is none of so many rows */
export function unpack(text: string, grids: readonly Grid[], rows: number): number[][] {
  const perRow = grids.reduce((sum, { bits }) => sum + bits, 0);
  if (text.length !== Math.ceil((rows * perRow) / 6)) {
    throw new RangeError(`points are not the ${rows} that they are said to be`);
  }
  let at = 0;
  const take = (width: number): number => {
    let count = 0;
    for (let bit = 0; bit < width; bit++, at++) {
      const letter = ALPHABET.indexOf(text[Math.floor(at / 6)] ?? "");
      if (letter < 0) throw new RangeError("points have letters that stand for nothing");
      count = 2 * count + ((letter >> (5 - (at % 6))) & 1);
    }
    return count;
  };
  const columns: number[][] = grids.map(() => []);
  for (let row = 0; row < rows; row++) {
    grids.forEach(({ decimals, low, bits }, j) => {
      columns[j]?.push(unscaled(low + take(bits), decimals));
    });
  }
  return columns;
}
