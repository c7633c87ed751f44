import { compile, type ProgramBackend, type Tensor, wasm } from "@scoretape/autograd";
import { ELEMENTS, type OpCase, opArgument, opCases } from "./opCases.ts";
import type { Case, Suite } from "./suite.ts";
import { timeOf } from "./time.ts";

/** Every op on a tensor so long that the call itself hardly counts. */
export const ops: Suite = {
  name: "ops",
  seconds: 65,
  title: `every op on ${ELEMENTS.toLocaleString("en")} elements; GB/s of the argument's and the result's bytes`,
  cases: () => {
    const backend = wasm();
    return Object.entries(opCases).flatMap(([name, op]) => casesOf(name, op, backend));
  },
};

function casesOf(row: string, op: OpCase, backend: ProgramBackend): Case[] {
  const x = opArgument();
  const bytes = x.data.byteLength + op(x).data.byteLength;
  const program = compile(op, { backend });
  const timed = (column: string, run: (x: Tensor) => Tensor): Case => ({
    row,
    column,
    unit: "µs",
    measure: async (effort) => (await timeOf(() => run(x), effort)) / 1e3,
    also: { unit: "GB/s", from: (microseconds) => bytes / microseconds / 1e3 },
  });
  return [timed("eager", op), timed("compiled", program)];
}
