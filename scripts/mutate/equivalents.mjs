/**
 * Mutants that change nothing that anybody could notice, by the line that they change, with the reason.
 * @type {readonly { file: string, before: string, after: string, reason: string }[]}
 */
export const equivalents = [
  {
    file: "packages/autograd/src/random.ts",
    before: "return low === 0 ? scaled : add(scaled, low);",
    after: "return false ? scaled : add(scaled, low);",
    reason: "Adding 0 to numbers from 0 changes no bit; it is one op more.",
  },
];
