import {
  add,
  broadcastTo,
  exp,
  expandDims,
  log,
  logSoftmax,
  logSumExp,
  matmul,
  mul,
  neg,
  sin,
  softplus,
  square,
  sub,
  sum,
  type Tensor,
  type Tree,
  tanh,
  tree,
  valueAndGrad,
} from "@scoretape/autograd";
import { type Score, scoreOf } from "@scoretape/score";
import fc from "fast-check";
import { normal } from "./normal.ts";

/** A score with parameters to differentiate a loss by. */
export interface ExampleScore {
  readonly score: Score;
  /** The value of a loss of the score, and its gradients with respect to the score's parameters. */
  valueAndGradients(loss: (score: Score) => Tensor): Tensor[];
}

export function example<P extends Tree>(parameters: P, scoreWith: (parameters: P) => Score): ExampleScore {
  return {
    score: scoreWith(parameters),
    valueAndGradients(loss) {
      const [value, gradients] = valueAndGrad((p: P) => loss(scoreWith(p)))(parameters);
      return [value, ...tree.leaves(gradients)];
    },
  };
}

/** s(x) = Ax + b with any A, so that J = A need not be symmetric. */
export function linearScore(A: Tensor, b: Tensor): ExampleScore {
  return example({ A, b }, (p) => (x) => add(matmul(x, p.A, { transposeY: true }), p.b));
}

/** A perceptron with two hidden layers; J is not symmetric. */
export function perceptron(seed: number, d: number, activation: (x: Tensor) => Tensor): ExampleScore {
  const width = 6;
  const parameters = {
    W1: normal(seed, [d, width], 1 / Math.sqrt(d)),
    b1: normal(seed + 1, [width], 0.5),
    W2: normal(seed + 2, [width, width], 1 / Math.sqrt(width)),
    b2: normal(seed + 3, [width], 0.5),
    W3: normal(seed + 4, [width, d], 1 / Math.sqrt(width)),
    b3: normal(seed + 5, [d], 0.5),
  };
  return example(parameters, ({ W1, b1, W2, b2, W3, b3 }) => (x) => {
    const first = activation(add(matmul(x, W1), b1));
    const second = activation(add(matmul(first, W2), b2));
    return add(matmul(second, W3), b3);
  });
}

/** The score of a mixture of three normals, as the gradient of its energy. */
export function mixtureScore(seed: number, d: number): ExampleScore {
  const parameters = {
    means: normal(seed, [3, d], 1.5),
    logits: normal(seed + 1, [3], 0.5),
    logScales: normal(seed + 2, [3], 0.25),
  };
  return example(parameters, ({ means, logits, logScales }) =>
    scoreOf((x) => {
      const [n = 0] = x.shape;
      const squares = sum(square(sub(expandDims(x, 1), means)), { axis: 2 });
      const variances = broadcastTo(exp(mul(2, logScales)), [n, 3]);
      const exponents = mul(-0.5, mul(squares, exp(neg(log(variances)))));
      const logWeights = sub(logSoftmax(logits), mul(d, logScales));
      return neg(logSumExp(add(exponents, logWeights), { axis: 1 }));
    }),
  );
}

const families = {
  linear: (seed: number, d: number): ExampleScore => linearScore(normal(seed, [d, d]), normal(seed + 1, [d])),
  "sine perceptron": (seed: number, d: number): ExampleScore => perceptron(seed, d, sin),
  "softplus perceptron": (seed: number, d: number): ExampleScore => perceptron(seed, d, softplus),
  "tanh perceptron": (seed: number, d: number): ExampleScore => perceptron(seed, d, tanh),
  mixture: mixtureScore,
} as const;

/** A random score of some family, and data to evaluate it at; `seed` is for whatever else is drawn. */
export interface Case {
  readonly family: keyof typeof families;
  readonly seed: number;
  readonly n: number;
  readonly d: number;
}

export function cases(
  options: { readonly maxRows?: number; readonly maxDimension?: number } = {},
): fc.Arbitrary<Case> {
  const { maxRows = 4, maxDimension = 8 } = options;
  return fc.record({
    family: fc.constantFrom(...(Object.keys(families) as Case["family"][])),
    seed: fc.nat(1_000_000),
    n: fc.integer({ min: 1, max: maxRows }),
    d: fc.integer({ min: 1, max: maxDimension }),
  });
}

export function scoreIn({ family, seed, d }: Case): ExampleScore {
  return families[family](10 * seed, d);
}

export function dataIn({ seed, n, d }: Case): Tensor {
  return normal(10 * seed + 9, [n, d], 1.5);
}
