import * as tf from "@tensorflow/tfjs";

export interface Layer {
  readonly weight: tf.Tensor2D;
  readonly bias: tf.Tensor1D;
}

type Matrix = tf.Tensor2D;
type Elementwise = (x: Matrix) => Matrix;

/** An elementwise function with its derivative, in terms of its input. */
function withDerivative(f: Elementwise, derivative: Elementwise): Elementwise {
  const graded = tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const [x, save] = inputs as [Matrix, tf.GradSaveFunc];
    save([x]);
    return {
      value: f(x) as tf.Tensor,
      gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => tf.mul(dy, derivative(saved as Matrix)),
    };
  });
  return (x) => graded(x) as Matrix;
}

/**
 * The sigmoid. The gradient of TensorFlow.js's own, like that of its tanh and its exp, is in terms of the saved
 * output, through which a further gradient does not see the input.
 */
const sigmoid = withDerivative(tf.sigmoid, (x) => {
  const s = sigmoid(x);
  return tf.mul<Matrix>(s, tf.sub(1, s));
});

/** The softplus with derivatives of every order. The gradient of tf.softplus has one derivative more, no second. */
export const softplus = withDerivative(tf.softplus, sigmoid);

/** x·W + b */
export const affine = (x: Matrix, { weight, bias }: Layer): Matrix =>
  tf.add<Matrix>(tf.matMul(x, weight), bias);

/** The net's outputs at x [n, d]. */
export function applyNet(layers: readonly Layer[], x: Matrix, activation: Elementwise = tf.softplus): Matrix {
  return layers.reduce((values, layer, i) => {
    const output = affine(values, layer);
    return i === layers.length - 1 ? output : activation(output);
  }, x);
}

/**
 * Whether a gradient of a gradient is right here, op by op: found out by trying, at x = 0.5. An op's second
 * derivative is compared with the difference quotient of its first.
 */
export function secondDerivativeNotes(): string[] {
  const ops: readonly (readonly [string, (x: tf.Tensor) => tf.Tensor])[] = [
    ["softplus", tf.softplus],
    ["sigmoid", tf.sigmoid],
    ["tanh", tf.tanh],
    ["exp", tf.exp],
  ];
  return ops.map(([name, f]) => `tf.grad of tf.grad of tf.${name}: ${judged(f)}`);
}

function judged(f: (x: tf.Tensor) => tf.Tensor): string {
  const first = tf.grad((x: tf.Tensor) => tf.sum(f(x)));
  const at = (x: number): number => tf.tidy(() => first(tf.scalar(x)).dataSync()[0] ?? Number.NaN);
  const expected = (at(0.51) - at(0.49)) / 0.02;
  try {
    const second = tf.tidy(
      () =>
        tf
          .grad((x: tf.Tensor) => tf.sum(first(x)))(tf.scalar(0.5))
          .dataSync()[0],
    );
    if (second !== undefined && Math.abs(second - expected) < 1e-3) return "right";
    return `wrong, ${second?.toFixed(3)} for ${expected.toFixed(3)}`;
  } catch (error) {
    return `refused: ${error instanceof Error ? error.message : String(error)}`;
  }
}
