/**
 * Mutants that change nothing that anybody could notice, by the line that they change, with the reason.
 * @type {readonly { file: string, before: string, after: string, reason: string }[]}
 */
export const equivalents = [
  {
    file: "packages/autograd/src/ops/movement.ts",
    before:
      "jvp: ([tangent]) => (tangent && indices ? bind(scatterAddOp, parameters, tangent, indices) : null),",
    after: "jvp: ([tangent]) => (tangent ? bind(scatterAddOp, parameters, tangent, indices) : null),",
    reason: "The op has two arguments, so that the indices are always there.",
  },
  {
    file: "packages/score/src/data/exact/gaussLegendre.ts",
    before: "let [before, value] = [0, 1];",
    after: "let [before, value] = [1, 1];",
    reason: "The first step of the recursion multiplies what came before P₀ by k − 1 = 0.",
  },
  {
    file: "packages/autograd/src/random.ts",
    before: "return low === 0 ? scaled : add(scaled, low);",
    after: "return false ? scaled : add(scaled, low);",
    reason: "Adding 0 to numbers from 0 changes no bit; it is one op more.",
  },
];
