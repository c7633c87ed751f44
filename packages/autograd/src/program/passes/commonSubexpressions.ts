import type { Equation, Variable } from "../../interpret/program.ts";
import { eachEquation, type Pass } from "./rewriter.ts";

/** Equal op, equal parameters, equal inputs: equal text. */
function signature({ op, traits, parameters, inputs }: Equation): string {
  const indices = inputs.map(({ index }) => index);
  if (traits.kind === "elementwise" && traits.commutative) indices.sort((a, b) => a - b);
  return `${op} ${JSON.stringify(parameters)} ${indices.join(" ")}`;
}

/** Computes what is computed twice only once: the derivatives of one function share its primal values. */
export const commonSubexpressions: Pass = {
  name: "common subexpressions",
  run(program) {
    const known = new Map<string, Variable>();
    return eachEquation("common subexpressions", (equation) => {
      const key = signature(equation);
      const earlier = known.get(key);
      if (earlier === undefined) known.set(key, equation.output);
      return earlier ?? null;
    }).run(program);
  },
};
