import { definitionsOf, type Equation, type Variable } from "../../interpret/program.ts";
import { mulOp } from "../../ops/arithmetic.ts";
import { matmulOp } from "../../ops/products.ts";
import type { Shape } from "../../shape.ts";
import { along, factorsOf, partOf, repeat, withSize } from "./products.ts";
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
    const definitions = definitionsOf(program);
    const operandsOf = (equation: Equation): Scaled[] =>
      factorsOf(equation).map(({ variable, summed }) => scaled(variable, summed, definitions));
    const signatureOf = (equation: Equation): string =>
      `${operandsOf(equation).map(({ core }) => core.index)} ${JSON.stringify(equation.parameters)}`;
    const seen = new Set<string>();
    const shared = new Set<string>();
    for (const equation of definitions.values()) {
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
      return operands.reduce(
        (result, { factors }, i) =>
          factors.reduce((total, { part, shape }) => {
            const once = repeat(rewriter.resolve(part), shape, rewriter);
            const factor = along(i === 0 ? "rows" : "columns", once, output.shape, rewriter);
            return rewriter.emit(mulOp, {}, [total, factor]);
          }, result),
        product,
      );
    }).run(program);
  },
};

/** An operand as a product of elements. */
interface Scaled {
  /** What is left without the factors. */
  readonly core: Variable;
  /** Factors that are repeated along the axis summed over: what each repeats, and its shape with size 1 there. */
  readonly factors: readonly { readonly part: Variable; readonly shape: Shape }[];
}

function scaled(variable: Variable, summed: number, definitions: ReadonlyMap<Variable, Equation>): Scaled {
  const definition = definitions.get(variable);
  if (applies(definition, "mul")) {
    for (const factor of definition.inputs) {
      const part = partOf(factor, summed, definitions.get(factor));
      const rest = definition.inputs.find((input) => input !== factor);
      if (part === null || rest === undefined) continue;
      const { core, factors } = scaled(rest, summed, definitions);
      return { core, factors: [{ part, shape: withSize(factor.shape, summed, 1) }, ...factors] };
    }
  }
  return { core: variable, factors: [] };
}
