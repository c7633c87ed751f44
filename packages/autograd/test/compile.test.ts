import { expect, test } from "vitest";
import { compile } from "../src/compile/compile.ts";
import {
  add,
  grad,
  js,
  jvp,
  matmul,
  mean,
  mul,
  softplus,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
} from "../src/index.ts";
import { key, normal, rademacher, split } from "../src/random.ts";

const [k1, k2, k3, kx] = split(key(1), 4) as [Tensor, Tensor, Tensor, Tensor];
type P = { w: Tensor; b: Tensor }[];
const params: P = [
  { w: mul(normal(k1, [2, 128]), 0.5), b: normal(k1, [128]) },
  { w: mul(normal(k2, [128, 128]), 0.1), b: normal(k2, [128]) },
  { w: mul(normal(k3, [128, 2]), 0.1), b: normal(k3, [2]) },
];
const x = normal(kx, [256, 2]);
const apply = (p: P, y: Tensor): Tensor =>
  p.reduce((h, { w, b }, i) => {
    const z = add(matmul(h, w), b);
    return i < p.length - 1 ? softplus(z) : z;
  }, y);
const step = (p: P, y: Tensor, k: Tensor): readonly [P, Tensor] => {
  const v = rademacher(k, y.shape);
  const loss = (q: P): Tensor => {
    const [s, js] = jvp((u: Tensor) => apply(q, u), [y], [v]);
    return mean(add(sum(mul(v, js), { axis: 1 }), mul(0.5, sum(square(s), { axis: 1 }))));
  };
  const g = grad(loss)(p);
  return [
    p.map(({ w, b }, i) => ({ w: sub(w, mul(0.1, g[i]?.w ?? w)), b: sub(b, mul(0.1, g[i]?.b ?? b)) })),
    loss(p),
  ];
};

test("compiled = eager", () => {
  const c = compile(step, { backend: js });
  const k = key(5);
  const [p1, l1] = step(params, x, k);
  const [p2, l2] = c(params, x, k);
  console.log(l1.item(), l2.item());
  console.log(c.explain(params, x, k));
  console.log(String(c.program(params, x, k)));
  for (const i of [0, 1, 2]) expect([...(p1[i]?.w.data ?? [])]).toEqual([...(p2[i]?.w.data ?? [])]);
  let t = performance.now();
  for (let i = 0; i < 20; i++) step(params, x, k);
  console.log("eager", (performance.now() - t) / 20);
  t = performance.now();
  for (let i = 0; i < 20; i++) c(params, x, k);
  console.log("compiled js", (performance.now() - t) / 20);
});
