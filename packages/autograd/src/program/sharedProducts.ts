import type { Equation, Variable } from "../interpret/program.ts";
import { mulOp } from "../ops/arithmetic.ts";
import { matmulOp } from "../ops/products.ts";
import { along, type Factor, factorsOf, once, partOf } from "./products.ts";
import { applies, eachEquation, type Pass } from "./rewriter.ts";

/**
 * Products of the same two matrices up to factors that are repeated along the axis that is summed over are computed
 * once: Σₖ (rᵢxᵢₖ)(cⱼyₖⱼ) = rᵢcⱼ Σₖ xᵢₖyₖⱼ. Such are the gradients of a weight matrix along several basis vectors.
 *
 * In exact arithmetic nothing changes. In floating point it does in the last digits, and where a value is infinite,
 * another value that is not finite may come out.
 */
export const sharedProducts: Pass = {
  name: "shared products",
  run(program) {
    const definitions = new Map(program.equations.map((equation) => [equation.output, equation]));
    const operandsOf = (equation: Equation): Scaled[] =>
      factorsOf(equation).map((x) => scaled(x, definitions));
    const signatureOf = (equation: Equation): string =>
      `${operandsOf(equation).map(({ core }) => core.index)} ${JSON.stringify(equation.parameters)}`;
    const seen = new Set<string>();
    const shared = new Set<string>();
    for (const equation of program.equations) {
      if (equation.op !== "matmul") continue;
      const signature = signatureOf(equation);
      (seen.has(signature) ? shared : seen).add(signature);
    }
    const products = new Map<string, Variable>();
    return eachEquation("shared products", ({ output }, rewriter) => {
      const equation = definitions.get(output);
      if (!applies(equation, "matmul")) return null;
      const signature = signatureOf(equation);
      if (!shared.has(signature)) return null;
      const operands = operandsOf(equation);
      const cores = operands.map(({ core }) => rewriter.resolve(core));
      const product = products.get(signature) ?? rewriter.emit(matmulOp, equation.parameters, cores);
      products.set(signature, product);
      return operands.reduce((result, { factors, summed }, i) => {
        const parts = factors.flatMap((factor) => once(rewriter.resolve(factor), summed, rewriter) ?? []);
        return parts.reduce((total, part) => {
          const factor = along(i === 0 ? "rows" : "columns", part, output.shape, rewriter);
          return rewriter.emit(mulOp, {}, [total, factor]);
        }, result);
      }, product);
    }).run(program);
  },
};

/** An operand as a product of elements: what is left without the factors that are repeated along the axis summed over. */
interface Scaled {
  readonly core: Variable;
  readonly factors: readonly Variable[];
  readonly summed: number;
}

function scaled(
  { variable, summed }: Pick<Factor, "variable" | "summed">,
  definitions: ReadonlyMap<Variable, Equation>,
): Scaled {
  const definition = definitions.get(variable);
  const factor =
    applies(definition, "mul") &&
    definition.inputs.find((input) => partOf(input, summed, definitions.get(input)) !== null);
  const rest = factor && definition?.inputs.find((input) => input !== factor);
  if (!factor || !rest) return { core: variable, factors: [], summed };
  const inner = scaled({ variable: rest, summed }, definitions);
  return { ...inner, factors: [factor, ...inner.factors] };
}
