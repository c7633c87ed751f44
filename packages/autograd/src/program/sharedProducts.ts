import type { Equation, Program, Variable } from "../interpret/program.ts";
import { matmulOp } from "../ops/products.ts";
import { type Factor, isRepeated, once, outer, productOf } from "./products.ts";
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
    const shared = sharedIn(program);
    const products = new Map<string, Variable>();
    return eachEquation("shared products", (equation, rewriter) => {
      const found = shared.get(equation.output);
      const product = productOf(equation);
      if (found === undefined || product === null) return null;
      const { signature, x, y } = found;
      const cores = [x.core, y.core].map((core) => rewriter.resolve(core));
      const known = products.get(signature) ?? rewriter.emit(matmulOp, product.parameters, cores);
      products.set(signature, known);
      const [rows, columns] = [x, y].map(({ factors, summed }) =>
        factors.flatMap((factor) => once(rewriter.resolve(factor), summed, rewriter) ?? []),
      );
      return outer(rows ?? [], columns ?? [], equation.output.shape, rewriter, known);
    }).run(program);
  },
};

/** An operand as a product of elements. */
interface Scaled {
  /** What is left without the factors. */
  readonly core: Variable;
  /** Factors that are repeated along the axis that is summed over. */
  readonly factors: readonly Variable[];
  readonly summed: number;
}

interface Shared {
  /** Equal for products with the same cores. */
  readonly signature: string;
  readonly x: Scaled;
  readonly y: Scaled;
}

/** The products whose cores are those of another product too, by their output. */
function sharedIn(program: Program): Map<Variable, Shared> {
  const definitions = new Map(program.equations.map((equation) => [equation.output, equation]));
  const groups = new Map<string, [Variable, Shared][]>();
  for (const equation of program.equations) {
    const product = productOf(equation);
    if (product === null) continue;
    const [x, y] = [scaled(product.x, definitions), scaled(product.y, definitions)];
    const signature = `${x.core.index} ${y.core.index} ${JSON.stringify(product.parameters)}`;
    const group = groups.get(signature) ?? [];
    groups.set(signature, group);
    group.push([equation.output, { signature, x, y }]);
  }
  return new Map([...groups.values()].filter(({ length }) => length > 1).flat());
}

function scaled({ variable, summed }: Factor, definitions: ReadonlyMap<Variable, Equation>): Scaled {
  const definition = definitions.get(variable);
  const [p, q] = definition?.inputs ?? [];
  if (!applies(definition, "mul") || p === undefined || q === undefined) {
    return { core: variable, factors: [], summed };
  }
  for (const [factor, rest] of [
    [p, q],
    [q, p],
  ] as const) {
    if (!isRepeated(factor, summed, definitions.get(factor))) continue;
    const { core, factors } = scaled({ variable: rest, kept: 0, summed }, definitions);
    return { core, factors: [factor, ...factors], summed };
  }
  return { core: variable, factors: [], summed };
}
