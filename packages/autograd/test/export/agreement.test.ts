import { describe, expect, test } from "vitest";
import { lowered } from "../../src/export/lower.ts";
import {
  add,
  capture,
  cast,
  compile,
  conv,
  div,
  grad,
  js,
  jvp,
  mean,
  mul,
  nn,
  random,
  scan,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  tree,
  valueAndGrad,
  wasm,
} from "../../src/index.ts";
import { evaluate } from "../support/primitives/evaluate.ts";

/** Another computation in float32 may err twice as much as WebAssembly, and by some units in the last place. */
const [TIMES, FLOOR] = [2, 4 * 2 ** -24];

const key = (i: number): random.Key => random.foldIn(random.key(7), i);
const rows = 16;
const points = random.normal(key(0), [rows, 2]);
const probes = random.rademacher(key(1), [rows, 2]);

type Score = (x: Tensor) => Tensor;
const halfSquare = (s: Tensor): Tensor => mul(0.5, sum(square(s), { axis: 1 }));
const along = (s: Score, x: Tensor, v: Tensor): Tensor => {
  const [value, slope] = jvp(s, [x], [v]);
  return add(halfSquare(value), sum(mul(v, slope), { axis: 1 }));
};

/** Losses of each row of a network at points x with probes v. */
const losses: Readonly<Record<string, (net: Score, x: Tensor, v: Tensor) => Tensor>> = {
  "sliced score matching": along,
  "the exact divergence": (net, x) => {
    const direction = (i: number): Tensor => tensor([Number(i === 0), Number(i === 1)], { dtype: float(x) });
    const divergence = [0, 1].map((i) => {
      const unit = add(mul(0, x), direction(i));
      return sum(mul(unit, jvp(net, [x], [unit])[1]), { axis: 1 });
    });
    return divergence.reduce((total, part) => add(total, part), halfSquare(net(x)));
  },
  denoising: (net, x, v) => halfSquare(add(net(add(x, mul(0.5, v))), mul(2, v))),
  "an energy": (net, x, v) => along((y) => mul(-1, grad((z: Tensor) => sum(square(net(z))))(y)), x, v),
};

const float = (x: Tensor): "float32" | "float64" => (x.dtype === "float64" ? "float64" : "float32");

/** Steps of gradient descent in one program: the losses, the first gradient, the last parameters. */
function descent<P extends tree.TreeOf<P>>(loss: (params: P, ...rest: Tensor[]) => Tensor, steps: number) {
  return (start: P, ...rest: Tensor[]): Tensor[] => {
    let params = start;
    const results: Tensor[] = [];
    for (let step = 0; step < steps; step++) {
      const [value, gradient] = valueAndGrad((own: P) => loss(own, ...rest))(params);
      params = tree.zip((p, g) => sub(p, mul(0.05, g)), params, gradient);
      results.push(value, ...(step === 0 ? tree.leaves(gradient) : []));
    }
    return [...results, ...tree.leaves(params)];
  };
}

interface Case {
  readonly f: (...x: Tensor[]) => Tensor[];
  readonly x: readonly Tensor[];
}

function training(loss: (net: Score, x: Tensor, v: Tensor) => Tensor): Case {
  const net = nn.mlp([2, 8, 8, 2], { activation: "softplus" });
  const { leaves, unflatten } = tree.flatten(net.init(key(2)));
  type Params = ReturnType<typeof net.init>;
  const whole = descent<Params>((p, x, v) => {
    if (x === undefined || v === undefined) throw new Error("there are points and probes");
    return mean(loss((y) => net.apply(p, y), x, v));
  }, 3);
  return {
    f: (x, v, ...params) => whole(unflatten(params), ...[x, v].filter((y) => y !== undefined)),
    x: [points, probes, ...leaves],
  };
}

/** Convolutions, one with a stride, as a U-Net has them. */
function convolutions(): Case {
  const whole = descent<readonly Tensor[]>(([first, second], x) => {
    if (x === undefined || first === undefined || second === undefined)
      throw new Error("there are two kernels");
    return mean(square(conv(tanh(conv(x, first)), second, { stride: 2 })));
  }, 3);
  return {
    f: (x, ...kernels) => whole(kernels, ...(x === undefined ? [] : [x])),
    x: [
      random.normal(key(3), [2, 6, 6, 1]),
      random.normal(key(4), [3, 3, 1, 4]),
      random.normal(key(5), [3, 3, 4, 2]),
    ],
  };
}

/** Annealed Langevin chains in a loop that draws its noise. */
function chain(): Case {
  const net = nn.mlp([2, 8, 2], { activation: "softplus" });
  const { leaves, unflatten } = tree.flatten(net.init(key(6)));
  const counters = tensor(Uint32Array.from({ length: 6 }, (_, i) => i));
  return {
    x: [points, tensor([3, 3, 1, 1, 0.3, 0.3]), ...leaves],
    f: (x = points, sigmas = points, ...params) => {
      const move = (y: Tensor, [sigma, i]: readonly [Tensor, Tensor]) => {
        const size = mul(0.01, square(sigma));
        const noise = random.normal(random.foldIn(key(8), i), y.shape, { dtype: float(x) });
        const drift = div(mul(mul(0.5, size), net.apply(unflatten(params), y)), sigma);
        return [add(y, add(drift, mul(sqrt(size), noise))), []] as const;
      };
      return [scan(move, x, [sigmas, counters] as const)[0]];
    },
  };
}

const cases: readonly (readonly [string, Case])[] = [
  ...Object.entries(losses).map(([name, loss]) => [name, training(loss)] as const),
  ["convolutions", convolutions()],
  ["annealed Langevin chains", chain()],
];

describe("what primitives compute errs no more than WebAssembly does twice", () => {
  test.each(cases)("%s", (_name, { f, x }) => {
    const precise = compile(f, { backend: js })(...x.map((y) => cast(y, "float64")));
    const own = compile(f, { backend: wasm() })(...x);
    const actual = evaluate(
      lowered("test", capture(f)(...x)),
      x.map(({ data }) => Array.from(data)),
    );
    expect(actual.length).toBe(precise.length);
    precise.forEach(({ data }, i) => {
      const limit = TIMES * error(own[i]?.data ?? [], data) + FLOOR;
      expect(error((actual[i] ?? []).map(Number), data)).toBeLessThanOrEqual(limit);
    });
  });
});

/** ‖y − r‖/‖r‖ */
function error(y: ArrayLike<number>, reference: ArrayLike<number>): number {
  const norm = (values: readonly number[]): number =>
    Math.sqrt(values.reduce((total, v) => total + v * v, 0));
  const r = Array.from(reference);
  return norm(r.map((value, i) => (y[i] ?? Number.NaN) - value)) / norm(r);
}
