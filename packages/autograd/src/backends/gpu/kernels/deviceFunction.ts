/** A function that kernels call, as text. */
export interface DeviceFunction {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly text: string;
  /** The same in the languages of GPUs, where GPU.js has no words for it. */
  readonly native?: { readonly wgsl: string; readonly glsl: string };
}

/** c₀ + x·(c₁ + x·(c₂ + ...)), as text. */
export function polynomial(x: string, coefficients: readonly number[]): string {
  const [last = 0, ...others] = coefficients.toReversed();
  return others.reduce((sum, c) => `(${number(c)} + ${x} * ${sum})`, number(last));
}

/** A number as text that GPU.js reads as an operand. */
export function number(value: number): string {
  return value < 0 ? `(${value})` : String(value);
}

/** A function that computes `result`; where an argument is NaN, so is that. */
export function define(
  name: string,
  parameters: readonly string[],
  lines: readonly string[],
): DeviceFunction {
  const passOn = parameters.map((x) => `if (isUndefined(${x}) > 0.5) { result = ${x}; }`);
  return written(name, parameters, [...lines, ...passOn, "return result;"]);
}

/** The function by all of its lines. */
export function written(
  name: string,
  parameters: readonly string[],
  lines: readonly string[],
): DeviceFunction {
  const body = lines.map((line) => `  ${line}`).join("\n");
  return { name, parameters, text: `function ${name}(${parameters.join(", ")}) {\n${body}\n}` };
}

/** The largest finite number of float32. */
export const LARGEST = (2 - 2 ** -23) * 2 ** 127;
