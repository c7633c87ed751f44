import { describe, expect, expectTypeOf, test } from "vitest";
import {
  add,
  capture,
  checkGradients,
  checkpoint,
  compile,
  grad,
  gradientAndCurvature,
  hvp,
  jvp,
  linearize,
  mul,
  optim,
  type Program,
  read,
  square,
  sum,
  type Tensor,
  type Tree,
  type TreeOf,
  taylor,
  tensor,
  tree,
  valueAndGrad,
  vjp,
} from "../src/index.ts";

// Trees of every kind that TypeScript can describe keep their types through every function that takes trees. The compiler
// checks it, with the rest of the tests.

interface Layer {
  weight: Tensor;
  readonly bias: Tensor;
}
interface Network {
  readonly layers: readonly Layer[];
  head: { scale: Tensor };
  pair: readonly [Tensor, Layer];
  shift?: Tensor;
}
interface Wider extends Layer {
  extra: Tensor[];
}
type Alias = { weight: Tensor; bias: Tensor };
type Either = { kind: Tensor; a: Tensor } | { b: readonly Tensor[] };

const one = tensor(1);
const layer: Layer = { weight: one, bias: one };
const network: Network = { layers: [layer], head: { scale: one }, pair: [one, layer] };
const wider: Wider = { ...layer, extra: [one] };
const alias: Alias = { weight: one, bias: one };
const either: Either = { b: [one] } as Either;
const readonlyLayer: Readonly<Layer> = layer;
const record: Record<string, Layer> = { first: layer };

const total = (x: Tree): Tensor => tree.leaves(x).reduce((sum, leaf) => add(sum, square(leaf)));

/** What every function makes of a tree of some type: the same type, and never a promise. */
function keepsItsType<T extends TreeOf<T>>(values: T): void {
  const loss = (x: T): Tensor => total(x);
  const identity = (x: T): T => x;
  const gradient: T = grad(loss)(values);
  const valued: [Tensor, T] = valueAndGrad(loss)(values);
  const pushed: [T, T] = jvp(identity, [values], [values]);
  const pulled: [T] = vjp(loss, [values])[1](one);
  const squared: T = tree.map(square, values);
  const optimizer = optim.adam({ learningRate: 0.1 });
  const updates: T = optimizer.update(gradient, optimizer.init(values), values)[0];
  for (const kept of [valued[1], ...pushed, ...pulled, squared, updates]) {
    expect(tree.sameStructure(kept, values)).toBe(true);
  }
  expect(tree.size(gradient)).toBe(tree.size(values));
}

describe("trees keep their types", () => {
  test("an interface, nested, readonly, optional, extended, a union, a record, a list, in one's own generic function", () => {
    keepsItsType(layer);
    keepsItsType(network);
    keepsItsType(wider);
    keepsItsType(alias);
    keepsItsType(either);
    keepsItsType(readonlyLayer);
    keepsItsType(record);
    keepsItsType([layer, layer]);
    keepsItsType(one);
  });

  test("in every transform", () => {
    const f = (x: Network, y: Layer) => ({ x, sum: sum(add(x.head.scale, y.bias)) });
    type Result = { x: Network; sum: Tensor };
    const g = (x: Network, y: Layer): Tensor => f(x, y).sum;
    const both: [Network, Layer] = [network, layer];
    expectTypeOf(grad(g)(network, layer)).toEqualTypeOf<Network>();
    expectTypeOf(grad((x: Layer, times: number) => mul(times, x.bias))(layer, 3)).toEqualTypeOf<Layer>();
    const withAux = valueAndGrad((x: Network) => [x.head.scale, layer] as const, { hasAux: true });
    expectTypeOf(withAux(network)).toEqualTypeOf<[[Tensor, Layer], Network]>();
    expectTypeOf(jvp(f, both, both)).toEqualTypeOf<[Result, Result]>();
    expectTypeOf(jvp(f, [network, layer], [network, layer])).toEqualTypeOf<[Result, Result]>();
    const [, pull] = vjp(f, [network, layer]);
    expectTypeOf(pull).returns.toEqualTypeOf<[Network, Layer]>();
    expectTypeOf(linearize(f, [network, layer])[0]).toEqualTypeOf<Result>();
    expectTypeOf(hvp(g, both, both)).toEqualTypeOf<[Network, Layer]>();
    expectTypeOf(taylor(f, both, [both]).second).toEqualTypeOf<Result>();
    expectTypeOf(gradientAndCurvature(g, both, [both]).gradient).toEqualTypeOf<[Network, Layer]>();
    expectTypeOf(capture(f)(network, layer)).toEqualTypeOf<Program>();
    expectTypeOf(checkpoint(f)(network, layer)).toEqualTypeOf<Result>();
    expectTypeOf(checkGradients(f, both, { order: 1 })).toEqualTypeOf<void>();
  });

  test("in compile, whose results are promises for a device alone", () => {
    const f = compile((x: Network, y: Layer) => ({ x, y }));
    expectTypeOf(f(network, layer)).toEqualTypeOf<{ x: Network; y: Layer }>();
    expectTypeOf(f.explain).parameters.toEqualTypeOf<[x: Network, y: Layer]>();
    expectTypeOf(compile((x: Layer) => [x.weight, x] as const)(layer)).toEqualTypeOf<
      readonly [Tensor, Layer]
    >();
    expectTypeOf(compile(grad((x: Layer) => x.bias))(layer)).toEqualTypeOf<Layer>();
    expectTypeOf(read(network)).toEqualTypeOf<Promise<Network>>();
    f.dispose();
  });

  test("in averages and updates", () => {
    const average = optim.ema(0.5);
    expectTypeOf(average.update(network, average.init(network))[0]).toEqualTypeOf<Network>();
    expectTypeOf(optim.applyUpdates(network, network)).toEqualTypeOf<Network>();
    expectTypeOf(tree.zip(add, network, network)).toEqualTypeOf<Network>();
    expectTypeOf(tree.flatten(network).unflatten(tree.leaves(network))).toEqualTypeOf<Network>();
    const chained = optim.chain(optim.clipByGlobalNorm(1), optim.sgd({ learningRate: 1 }));
    expectTypeOf(chained.update(layer, chained.init(layer), layer)[0]).toEqualTypeOf<Layer>();
  });

  test("the arguments of functions without types are the primals", () => {
    expectTypeOf(jvp((x) => x.bias, [layer], [layer])[0]).toEqualTypeOf<Tensor>();
    expectTypeOf(taylor((x) => mul(x, x), [one], [[one]]).value).toEqualTypeOf<Tensor>();
    expectTypeOf(jvp(square, [one], [one])).toEqualTypeOf<[Tensor, Tensor]>();
  });
});

describe("what is no tree is a type error, and an error", () => {
  interface Mixed {
    weight: Tensor;
    size: number;
  }
  class Model {
    weight = one;
    apply(): Tensor {
      return this.weight;
    }
  }

  test("a member that is a number, a function, a Map, a Date, a Promise, an instance with methods", () => {
    const bad: (() => unknown)[] = [
      // @ts-expect-error a number inside
      () => grad((x: Mixed) => x.weight)({ weight: one, size: 3 }),
      // @ts-expect-error a number inside a list
      () => tree.map(square, [{ deep: [3] }]),
      // @ts-expect-error a function inside
      () => tree.map(square, { f: () => one }),
      // @ts-expect-error a Map
      () => tree.map(square, new Map([["weight", one]])),
      // @ts-expect-error a Set
      () => compile((x: Set<Tensor>) => x)(new Set([one])),
      // @ts-expect-error a Date
      () => tree.map(square, new Date(0)),
      // @ts-expect-error a promise
      () => tree.map(square, Promise.resolve(one)),
      // @ts-expect-error a class with methods
      () => tree.map(square, new Model()),
      // @ts-expect-error an async function
      () => compile(async (x: Tensor) => x)(one),
      // @ts-expect-error an async function
      () => jvp(async (x: Tensor) => x, [one], [one]),
    ];
    for (const call of bad) expect(call).toThrow(TypeError);
  });
});
