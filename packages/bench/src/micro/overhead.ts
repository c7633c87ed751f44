import {
  add,
  capture,
  compile,
  grad,
  jvp,
  matmul,
  mul,
  ones,
  sum,
  type Tensor,
  tanh,
  tensor,
  transpose,
  wasm,
} from "@scoretape/autograd";
import type { Case, Suite } from "./suite.ts";
import { timeOf } from "./time.ts";

/** The ops in one chain, so many that what a transform costs once hardly counts. */
const LENGTH = 100;

const shift = tensor([
  [0.1, -0.1],
  [0.2, -0.2],
]);
const rotation = tensor([
  [0.6, -0.8],
  [0.8, 0.6],
]);
// Every one keeps the values of a long chain moderate.
const ops: readonly (readonly [string, (x: Tensor) => Tensor])[] = [
  ["add", (x) => add(x, shift)],
  ["add, a number", (x) => add(x, 0.01)],
  ["mul", (x) => mul(x, rotation)],
  ["tanh", (x) => tanh(x)],
  ["transpose", (x) => transpose(x)],
  ["matmul", (x) => matmul(x, rotation)],
];

/** The time for one op on so few elements that hardly any of it is arithmetic. */
export const overhead: Suite = {
  name: "overhead",
  seconds: 10,
  quick: true,
  title: `time per op of a chain of ${LENGTH}, on 2×2 tensors; grad: forward and backward per forward op`,
  cases: () => ops.flatMap(([name, op]) => chainCases(name, op)),
};

function chainCases(row: string, op: (x: Tensor) => Tensor): Case[] {
  const x = tensor([
    [0.5, -1],
    [1.5, 2],
  ]);
  const tangent = ones([2, 2]);
  const chain = (start: Tensor): Tensor => {
    let value = start;
    for (let i = 0; i < LENGTH; i++) value = op(value);
    return value;
  };
  const gradient = grad((start: Tensor) => sum(chain(start)));
  const record = capture(chain);
  const program = compile(chain, { backend: wasm() });
  const perOp = (column: string, run: () => unknown): Case => ({
    row,
    column,
    unit: "ns",
    measure: async (effort) => (await timeOf(run, effort)) / LENGTH,
  });
  return [
    perOp("eager", () => chain(x)),
    perOp("grad", () => gradient(x)),
    perOp("jvp", () => jvp(chain, [x], [tangent])),
    perOp("capture", () => record(x)),
    perOp("compiled", () => program(x)),
  ];
}
