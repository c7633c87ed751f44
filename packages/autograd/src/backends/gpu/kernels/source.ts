/** A kernel as GPU.js compiles it: its text, and the sizes of its arrays. */
export interface KernelSource {
  readonly text: string;
  /** Threads along x, and along y where there are two axes. */
  readonly grid: readonly number[];
  /** The neighbouring elements that a thread returns. */
  readonly perThread: 1 | 4;
  /** The sizes of each argument, the fastest axis first: `[n]` is read as `a[i]`, `[width, height]` as `a[row][column]`. */
  readonly inputs: readonly (readonly number[])[];
}

/** Arrays that a kernel may read: WebGPU promises eight storage buffers to a shader, and one is for the result. */
export const MOST_INPUTS = 7;

/** The name of an argument in a kernel's text. */
export function argument(index: number): string {
  return `a${index}`;
}

/** The text of a kernel that reads so many arrays. */
export function kernelText(inputs: number, lines: readonly string[]): string {
  const names = Array.from({ length: inputs }, (_, i) => argument(i));
  return [`function kernel(${names.join(", ")}) {`, ...lines.map((line) => `  ${line}`), "}"].join("\n");
}

/** A kernel whose threads return one element each. */
export function kernel(
  grid: readonly number[],
  inputs: readonly (readonly number[])[],
  lines: readonly string[],
): KernelSource {
  return { text: kernelText(inputs.length, lines), grid, perThread: 1, inputs };
}

/** The elements that a kernel writes. */
export function outputSize({ grid, perThread }: KernelSource): number {
  return grid.reduce((product, size) => product * size, perThread);
}

/**
 * The statements that take the number `name` apart into its digits to the bases `sizes`, the last the fastest, and the
 * names of the digits. Quotients of whole numbers are taken half a unit away from the next whole number: a GPU's
 * division may be off by a few ulp.
 */
export function digits(
  name: string,
  prefix: string,
  sizes: readonly number[],
): { lines: string[]; names: string[] } {
  if (sizes.length === 0) return { lines: [], names: [] };
  const lines: string[] = [];
  const names: string[] = [];
  let rest = name;
  for (let axis = 0; axis < sizes.length - 1; axis++) {
    const below = sizes.slice(axis + 1).reduce((product, size) => product * size, 1);
    const digit = `${prefix}${axis}`;
    lines.push(`const ${digit} = Math.floor((${rest} + 0.5) / ${below});`);
    const remainder = `${prefix}rest${axis}`;
    lines.push(`const ${remainder} = ${rest} - ${digit} * ${below};`);
    names.push(digit);
    rest = remainder;
  }
  names.push(rest);
  return { lines, names };
}
