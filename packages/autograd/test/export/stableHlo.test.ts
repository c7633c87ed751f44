import { describe, expect, test } from "vitest";
import { stableHlo } from "../../src/export.ts";
import {
  add,
  compile,
  linalg,
  matmul,
  mul,
  random,
  scan,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "../../src/index.ts";

interface Layer {
  readonly weight: Tensor;
  readonly bias: Tensor;
}

const layers: readonly Layer[] = [
  { weight: zeros([2, 3]), bias: zeros([3]) },
  { weight: zeros([3, 1]), bias: zeros([1]) },
];

function network(params: readonly Layer[], x: Tensor): Tensor {
  return params.reduce((y, { weight, bias }) => add(matmul(y, weight), bias), x);
}

const names = (ports: readonly { readonly name: string }[]): string[] => ports.map(({ name }) => name);

describe("the ports of an exported function", () => {
  const step = (params: readonly Layer[], x: Tensor) => [
    sum(network(params, x)),
    params.map(({ weight, bias }) => ({ weight: mul(2, weight), bias })),
  ];

  test("are called by their paths, below names or numbers", () => {
    const args = [layers, zeros([5, 2])] as [readonly Layer[], Tensor];
    const named = stableHlo(step, args, { inputs: ["params", "x"], outputs: ["loss", "params"] });
    expect(names(named.signature.inputs)).toEqual([
      "params/0/bias",
      "params/0/weight",
      "params/1/bias",
      "params/1/weight",
      "x",
    ]);
    expect(names(named.signature.outputs)).toEqual([
      "loss",
      "params/0/bias",
      "params/0/weight",
      "params/1/bias",
      "params/1/weight",
    ]);
    expect(named.text).toContain('{scoretape.name = "params/0/weight"}');
    expect(names(stableHlo(step, args).signature.inputs)).toContain("0/1/weight");
    expect(names(stableHlo((x: Tensor) => ({ x }), [zeros([])]).signature.outputs)).toEqual(["result/x"]);
    expect(names(stableHlo((x: Tensor) => x, [zeros([])]).signature.outputs)).toEqual(["result"]);
    expect(names(stableHlo((x: Tensor) => x, [zeros([])], { outputs: ["y"] }).signature.outputs)).toEqual([
      "y",
    ]);
    expect(
      names(stableHlo((x: Tensor) => ({ x }), [zeros([])], { outputs: ["y"] }).signature.outputs),
    ).toEqual(["y/x"]);
  });

  test("have the shapes and dtypes of the function's own", () => {
    const { signature } = stableHlo(
      (k: Tensor) => random.normal(k, [4], { dtype: "float64" }),
      [random.key(0)],
    );
    expect(signature).toEqual({
      inputs: [{ name: "0", shape: [2], dtype: "uint32" }],
      outputs: [{ name: "result", shape: [4], dtype: "float64" }],
    });
  });

  test("are as many as there are names, each with a name of its own", () => {
    expect(() => stableHlo(network, [layers, zeros([5, 2])], { inputs: ["params"] })).toThrow(
      new RangeError("stableHlo: inputs has 1 names for 2; give one for each, or none"),
    );
    expect(() =>
      stableHlo((x: Tensor, y: Tensor) => add(x, y), [zeros([]), zeros([])], { inputs: ["x", "x"] }),
    ).toThrow('stableHlo: two tensors are called "x"; rename one of them');
  });
});

test("an op that is no list of primitives is named, with its line and what to do", () => {
  const f = (a: Tensor): Tensor => linalg.eigh(mul(2, a))[0];
  expect(() => stableHlo(f, [zeros([3, 3])])).toThrow(
    /^stableHlo: eigh cannot be exported, in the line ".*: \[4, 3\] = eigh .*" of the program; compute what it gives before/,
  );
});

test("the same function has the same text, compiled or not, whatever the values are", () => {
  const f = (x: Tensor, key: Tensor) =>
    scan((c: Tensor, row: Tensor) => [add(c, row), c], random.normal(key, [2]), x);
  const [key, other] = [random.key(0), random.key(1)];
  const { text } = stableHlo(f, [zeros([3, 2]), key]);
  expect(
    stableHlo(f, [
      tensor([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
      other,
    ]).text,
  ).toBe(text);
  expect(stableHlo(compile(f), [zeros([3, 2]), key]).text).toBe(text);
});

test("the text of a small function", () => {
  const f = (x: Tensor): Tensor => add(mul(x, x), tensor([1, -0]));
  expect(stableHlo(f, [zeros([2])], { inputs: ['x"'] }).text).toBe(`\
"builtin.module"() <{sym_name = "scoretape"}> ({
  "func.func"() <{arg_attrs = [{scoretape.name = "x\\22"}], function_type = (tensor<2xf32>) -> (tensor<2xf32>), res_attrs = [{scoretape.name = "result"}], sym_name = "main", sym_visibility = "public"}> ({
    ^bb0(%0: tensor<2xf32>):
      %1 = "stablehlo.constant"() <{value = dense<"0x0000803F00000080"> : tensor<2xf32>}> : () -> tensor<2xf32>
      %2 = "stablehlo.multiply"(%0, %0) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
      %3 = "stablehlo.add"(%2, %1) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
      "func.return"(%3) : (tensor<2xf32>) -> ()
  }) : () -> ()
}) : () -> ()
`);
});
