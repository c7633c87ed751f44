import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import {
  add,
  capture,
  compile,
  eye,
  grad,
  jvp,
  mul,
  ShapeError,
  square,
  stack,
  sum,
  type Tensor,
  taylor,
  tensor,
  vjp,
  zeros,
} from "../src/index.ts";
import { expectError } from "./support/errors.ts";

const matrix = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

describe("iteration over the first axis", () => {
  test("gives rows, of rank one less, with the elements, the dtype and the backend", () => {
    const rows = [...matrix];
    expect(rows.map((row) => row.toArray())).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const [first] = tensor([[1n, 2n].map(Number)], { dtype: "uint32" });
    expect([first?.dtype, first?.shape]).toEqual(["uint32", [2]]);
    expect([...zeros([0, 3])]).toEqual([]);
    expect([...tensor([7, 8])].map((x) => x.item())).toEqual([7, 8]);
    expect([...zeros([2, 0])].map(({ shape }) => shape)).toEqual([[0], [0]]);
  });

  test("a scalar has none, and the error says what to do", () => {
    expectError(() => [...tensor(3)], ShapeError, "iteration", ["scalar", "item()"]);
  });

  test("stack undoes it, in every transform", () => {
    const again = (x: Tensor): Tensor => stack([...x]);
    const twice = (x: Tensor): Tensor => {
      const [a, b] = x;
      return a === undefined || b === undefined ? x : add(mul(2, a), b);
    };
    const loss = (x: Tensor): Tensor => sum(square(twice(again(x))));
    const [value, pull] = vjp(twice, [matrix]);
    expect(value.toArray()).toEqual([6, 9, 12]);
    expect(pull(tensor([1, 0, 2]))[0].toArray()).toEqual([
      [2, 0, 4],
      [1, 0, 2],
    ]);
    const expected = [
      [24, 36, 48],
      [12, 18, 24],
    ];
    expect(grad(loss)(matrix).toArray()).toEqual(expected);
    expect(compile(grad(loss))(matrix).toArray()).toEqual(expected);
    expect(jvp(again, [matrix], [matrix])[1].toArray()).toEqual(matrix.toArray());
    expect(taylor(again, [matrix], [[matrix]]).first[0]?.toArray()).toEqual(matrix.toArray());
  });
});

describe("what JavaScript makes of a tensor", () => {
  test("text where text is wanted", () => {
    expect(`${tensor([1, 2])}`).toBe("Tensor[2] float32\n[1, 2]");
    expect(String(tensor(3))).toBe("Tensor[] float32\n3");
    expect([tensor(3)].join("; ")).toBe("Tensor[] float32\n3");
  });

  test("an error where an operator wants a number", () => {
    const x: unknown = tensor(-1);
    const operators: Record<string, () => unknown> = {
      "+": () => (x as number) + 1,
      "+ itself": () => (x as number) + (x as number),
      ">": () => (x as number) > 0,
      "<": () => (x as number) < 2,
      "-": () => -(x as number),
      Number: () => Number(x),
      "Math.sqrt": () => Math.sqrt(x as number),
    };
    for (const operation of Object.values(operators)) {
      expectError(operation, TypeError, "Tensor", ["[]", "add(x, y)", "greater(x, y)", "item()"]);
    }
  });

  test("JSON is nested arrays, with null for what JSON has no number for", () => {
    expect(JSON.stringify({ x: matrix, loss: tensor(0.5) })).toBe('{"x":[[1,2,3],[4,5,6]],"loss":0.5}');
    const broken = JSON.stringify(tensor([1, Number.NaN, Number.POSITIVE_INFINITY]));
    expect(broken).toBe("[1,null,null]");
    expectError(() => tensor(JSON.parse(broken)), TypeError, "tensor", ["null"]);
  });
});

describe("what Node's console shows", () => {
  test("a tensor's text, also within other values", () => {
    expect(inspect(tensor([1, 2]))).toBe("Tensor[2] float32\n[1, 2]");
    expect(inspect({ x: eye(2) })).toContain("Tensor[2, 2] float32");
  });

  test("of a tracer what it is, and never an error", () => {
    const seen: string[] = [];
    const look = (x: Tensor): Tensor => {
      seen.push(inspect(square(x)));
      return sum(square(x));
    };
    grad(look)(matrix);
    jvp(look, [matrix], [matrix]);
    taylor(look, [matrix], []);
    capture(look)(matrix);
    compile(look)(matrix);
    grad((x: Tensor) => compile(look)(x))(matrix);
    capture(grad(look))(matrix);
    expect(seen.length).toBe(7);
    for (const text of seen) expect(text).toMatch(/^Tensor\[2, 3\] float32/);
    expect(seen.slice(0, 3).every((text) => text.includes("16") && text.includes("stand-in"))).toBe(true);
    expect(seen[3]).toMatch(/is being captured: it has no elements/);
    expect(seen[6]).toContain("stand-in");
  });

  test("of a tensor that is gone why it is", () => {
    const step = compile((x: Tensor) => mul(2, x), { donate: [0] });
    const first = step(tensor([1, 2]));
    step(step(first));
    expect(inspect(first)).toMatch(/^Tensor\[2\] float32: .*donated/);
    step.dispose();
  });
});
