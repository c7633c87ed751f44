import {
  type Backend,
  type Compiled,
  compile,
  type Key,
  nn,
  type ProgramBackend,
  random,
  type Tensor,
  type Tree,
  valueAndGrad,
} from "@scoretape/autograd";
import type { Method, Parameters } from "./methods.ts";

/** The problem that a method is to solve: a network and a mini-batch. */
export interface Task {
  readonly net: nn.Mlp;
  readonly parameters: Parameters;
  readonly x: Tensor;
}

/** A method in d dimensions, ready to run. */
export interface Subject {
  readonly method: Method;
  /** The memory of its program, inputs and constants included. */
  readonly bytes: number;
  /** The calls that one evaluation of the loss and its gradient takes: of equal cost, each of a part of the loss. */
  readonly calls: readonly (() => number)[];
  dispose(): void;
}

const BATCH = 128;

export function taskOf(dimension: number, width: number, key: Key): Task {
  const net = nn.mlp([dimension, width, width, dimension]);
  return {
    net,
    parameters: net.init(random.foldIn(key, 0)),
    x: random.normal(random.foldIn(key, 1), [BATCH, dimension]),
  };
}

/** Compiles a method and runs it once, which translates it. */
export function subjectOf(
  method: Method,
  { net, parameters, x }: Task,
  key: Key,
  backend: Backend | ProgramBackend,
): Subject {
  const step = compile(
    valueAndGrad((p: Parameters, y: Tensor, drawn: Tensor) => method.loss(net, p, y, drawn)),
    { backend },
  );
  const draws = method.draws(key, x);
  const calls = draws.map((drawn) => () => step(parameters, x, drawn)[0].item());
  calls[0]?.();
  const [first = x] = draws;
  return { method, bytes: plannedBytes(step, parameters, x, first), calls, dispose: () => step.dispose() };
}

/** The memory that a program plans for, as its explanation tells. */
function plannedBytes<A extends readonly Tree[], R extends Tree>(
  step: Compiled<A, R>,
  ...example: A
): number {
  const [, told = ""] = /([\d,]+) bytes of memory/.exec(step.explain(...example)) ?? [];
  return Number.parseInt(told.replaceAll(",", ""), 10);
}
