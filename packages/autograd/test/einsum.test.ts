import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { broadcastTo, capture, einsum, jvp, reshape, type Tensor, tensor, vjp } from "../src/index.ts";
import { outputsOf } from "../src/interpret/program.ts";
import { expectClose } from "./support/closeness.ts";

const runs = Number(process.env.SCORETAPE_RUNS ?? 200);

/** Σ over all assignments of sizes to letters, straight from the definition. */
function naive(inputs: readonly string[], output: string, operands: readonly Tensor[]): number[] {
  const sizes = new Map<string, number>();
  operands.forEach(({ shape }, i) => {
    shape.forEach((size, axis) => {
      sizes.set(inputs[i]?.[axis] ?? "", size);
    });
  });
  const offset = (letters: string, at: ReadonlyMap<string, number>): number =>
    [...letters].reduce((total, letter) => total * (sizes.get(letter) ?? 1) + (at.get(letter) ?? 0), 0);
  const result = new Array<number>([...output].reduce((n, letter) => n * (sizes.get(letter) ?? 1), 1)).fill(
    0,
  );
  const visit = (rest: readonly string[], at: ReadonlyMap<string, number>): void => {
    const [letter, ...others] = rest;
    if (letter !== undefined) {
      for (let i = 0; i < (sizes.get(letter) ?? 0); i++) visit(others, new Map([...at, [letter, i]]));
      return;
    }
    const term = operands.reduce((p, x, i) => p * Number(x.data[offset(inputs[i] ?? "", at)]), 1);
    const to = offset(output, at);
    result[to] = (result[to] ?? 0) + term;
  };
  visit([...sizes.keys()], new Map());
  return result;
}

interface Case {
  readonly inputs: string[];
  readonly output: string;
  readonly operands: Tensor[];
}

const smallNumber = fc.double({ min: -2, max: 2, noNaN: true });

/** A random spec over the letters a to d with sizes from `least`, and random operands for it. */
function cases(least: number): fc.Arbitrary<Case> {
  const letter = fc.constantFrom("a", "a", "b", "b", "c", "d");
  const operandLetters = fc.array(letter, { maxLength: 3 }).map((letters) => letters.join(""));
  return fc
    .record({
      inputs: fc.array(operandLetters, { minLength: 1, maxLength: 4 }),
      sizes: fc.array(fc.integer({ min: least, max: 3 }), { minLength: 4, maxLength: 4 }),
      priorities: fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 4, maxLength: 4 }),
    })
    .chain(({ inputs, sizes, priorities }) => {
      const indexOf = (l: string): number => l.charCodeAt(0) - 97;
      const output = [..."abcd"]
        .filter((l) => inputs.some((letters) => letters.includes(l)) && (priorities[indexOf(l)] ?? 0) > 0)
        .sort((l, m) => (priorities[indexOf(l)] ?? 0) - (priorities[indexOf(m)] ?? 0))
        .join("");
      const shapes = inputs.map((letters) => [...letters].map((l) => sizes[indexOf(l)] ?? 1));
      const values = shapes.map((shape) => {
        const size = shape.reduce((total, n) => total * n, 1);
        return fc
          .array(smallNumber, { minLength: size, maxLength: size })
          .map((data) => tensor(Float64Array.from(data), { shape }));
      });
      return fc.tuple(...values).map((operands) => ({ inputs, output, operands }));
    });
}

const specOf = ({ inputs, output }: Case): string => `${inputs.join(",")}->${output}`;

const f64 = (data: Parameters<typeof tensor>[0]): Tensor => tensor(data, { dtype: "float64" });

describe("einsum", () => {
  test("is the sum over all values of all indices", () => {
    fc.assert(
      fc.property(cases(0), (sample) => {
        const result = einsum(specOf(sample), ...sample.operands);
        const sizes = new Map(
          sample.inputs.flatMap((letters, i) =>
            [...letters].map((l, axis) => [l, sample.operands[i]?.shape[axis]] as const),
          ),
        );
        expect(result.shape).toEqual([...sample.output].map((l) => sizes.get(l)));
        expectClose(result.data, naive(sample.inputs, sample.output, sample.operands), 1e-12);
      }),
      { seed: 1, numRuns: runs },
    );
  });

  test("an ellipsis is as many letters as there are axes, aligned at the last and broadcast", () => {
    const ellipses = fc
      .tuple(fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }), fc.nat(3), fc.nat(3), fc.nat(7))
      .chain(([batch, first, second, ones]) => {
        const sizesOf = (count: number, from: number): number[] =>
          batch
            .slice(batch.length - Math.min(count, batch.length))
            .map((size, i) => (((ones + from) >> i) % 2 === 0 ? size : 1));
        const values = (shape: number[]): fc.Arbitrary<Tensor> =>
          fc
            .array(smallNumber, {
              minLength: shape.reduce((a, b) => a * b, 1),
              maxLength: shape.reduce((a, b) => a * b, 1),
            })
            .map((data) => tensor(Float64Array.from(data), { shape }));
        return fc.tuple(values([...sizesOf(first, 0), 2, 3]), values([3, ...sizesOf(second, 1), 2]));
      });
    fc.assert(
      fc.property(ellipses, (both) => {
        const [x, y] = both;
        const [first, second] = [x.shape.slice(0, -2), y.shape.slice(1, -1)];
        const letters = "abc".slice(0, Math.max(first.length, second.length));
        const aligned = (own: readonly number[]): number[] => [
          ...new Array<number>(letters.length - own.length).fill(1),
          ...own,
        ];
        const joint = aligned(first).map((size, i) => Math.max(size, aligned(second)[i] ?? 1));
        const widened = [
          broadcastTo(x, [...joint, 2, 3]),
          broadcastTo(reshape(y, [3, ...aligned(second), 2]), [3, ...joint, 2]),
        ];
        const expected = einsum(`${letters}ij,j${letters}k->k${letters}i`, ...widened);
        const actual = einsum("...ij,j...k->k...i", x, y);
        expect(actual.shape).toEqual(expected.shape);
        expectClose(actual.data, [...expected.data], 1e-12);
        expect(einsum("...ij,j...k", x, y).shape).toEqual([...joint, 2, 2]);
      }),
      { seed: 1, numRuns: runs },
    );
  });

  test("its derivatives agree with central differences, and vjp is the transpose of jvp", () => {
    fc.assert(
      fc.property(cases(1), fc.infiniteStream(smallNumber), (sample, numbers) => {
        const draw = (): number => Number(numbers.next().value);
        const f = (...operands: Tensor[]): Tensor => einsum(specOf(sample), ...operands);
        const like = (x: Tensor): Tensor =>
          tensor(
            Float64Array.from({ length: x.size }, () => draw()),
            { shape: x.shape },
          );
        const tangents = sample.operands.map(like);
        const [out, pushed] = jvp(f, sample.operands, tangents);
        const h = 1e-5;
        const shifted = (sign: number): Tensor[] =>
          sample.operands.map((x, i) =>
            tensor(
              Float64Array.from(x.data, (value, k) => value + sign * h * Number(tangents[i]?.data[k])),
              { shape: x.shape },
            ),
          );
        const [up, down] = [f(...shifted(1)), f(...shifted(-1))];
        expectClose(
          pushed.data,
          [...up.data].map((value, i) => (value - Number(down.data[i])) / (2 * h)),
          1e-6,
        );
        const cotangent = like(out);
        const pulled = vjp(f, sample.operands)[1](cotangent);
        const inner = (x: Tensor, y: Tensor): number =>
          [...x.data].reduce((total, value, i) => total + value * Number(y.data[i]), 0);
        const right = pulled.reduce((total, x, i) => total + inner(x, tangents[i] ?? x), 0);
        expectClose([inner(cotangent, pushed)], [right], 1e-9);
      }),
      { seed: 2, numRuns: runs },
    );
  });

  test("without an arrow the result has the letters that occur once, in order", () => {
    const x = f64([
      [1, 2],
      [3, 4],
    ]);
    expect(einsum("ba", x).toArray()).toEqual(einsum("ba->ab", x).toArray());
    expect(einsum(" ij, jk ", x, x).toArray()).toEqual([
      [7, 10],
      [15, 22],
    ]);
    expect(einsum("ii", x).item()).toBe(5);
    expect(einsum("aB", x).toArray()).toEqual(einsum("aB->Ba", x).toArray());
  });

  test("numbers are scalars of the tensors' dtype", () => {
    const result = einsum(",i", 2, f64([1, 3]));
    expect(result.toArray()).toEqual([2, 6]);
    expect(result.dtype).toBe("float64");
    expect(einsum(",->", 2, 3).item()).toBe(6);
  });

  test("multiplies element by element where axes come in another order or are missing", () => {
    const shaped = (shape: number[], from: number): Tensor =>
      tensor(
        Float64Array.from({ length: shape.reduce((n, size) => n * size, 1) }, (_, i) => from + i),
        { shape },
      );
    const [ab, ba, ca, abc] = [
      shaped([2, 3], 1),
      shaped([3, 2], -2),
      shaped([4, 2], 5),
      shaped([2, 3, 4], 0),
    ];
    for (const [inputs, operands, output] of [
      [["ab", "ba"], [ab, ba], "ab"],
      [["ab", "ba"], [ab, ba], ""],
      [["abc", "ca"], [abc, ca], "abc"],
      [["ca", "abc"], [ca, abc], "bca"],
    ] as const) {
      const result = einsum(`${inputs.join(",")}->${output}`, ...operands);
      expect([...result.data]).toEqual(naive(inputs, output, operands));
    }
  });

  test("never stores a product of more than two operands' indices", () => {
    const x = f64(Array.from({ length: 7 }, () => Array.from({ length: 7 }, () => 1)));
    const f = (a: Tensor, b: Tensor, c: Tensor): Tensor => einsum("ij,jk,kl->il", a, b, c);
    const largest = Math.max(
      ...capture(f)(x, x, x)
        .equations.flatMap(outputsOf)
        .map(({ shape }) => shape.length),
    );
    expect(largest).toBe(2);
  });

  test("contracts the cheapest pair first", () => {
    const matrix = f64(Array.from({ length: 5 }, () => [1, 2, 3, 4, 5]));
    const vector = f64([1, 1, 1, 1, 1]);
    const program = capture((a: Tensor, b: Tensor, c: Tensor) => einsum("ij,jk,k->i", a, b, c))(
      matrix,
      matrix,
      vector,
    );
    const stored = program.equations
      .filter(({ op }) => op === "matmul")
      .flatMap(outputsOf)
      .map(({ shape }) => shape.reduce((total, n) => total * n, 1));
    expect(stored).toEqual([5, 5]);
  });

  test("reads a transposed operand without copying it", () => {
    const x = f64([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const y = f64([
      [1, 2],
      [3, 4],
    ]);
    for (const spec of ["ki,kj->ij", "ki,jk->ij"]) {
      const { equations } = capture((a: Tensor, b: Tensor) => einsum(spec, a, b))(x, y);
      expect(equations.map(({ op }) => op)).toEqual(["matmul"]);
    }
    for (const spec of ["ki,ij->kj", "ki,ji->kj"]) {
      const { equations } = capture((a: Tensor, b: Tensor) => einsum(spec, a, b))(y, y);
      expect(equations.map(({ op }) => op)).toEqual(["matmul"]);
    }
  });

  test("errors name the spec, the operand, the index and the sizes", () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(() => einsum("ij,jk->ik", x, x)).toThrow(
      'einsum: "ij,jk->ik": index j is 3 in operand 0 [2, 3] and 2 in operand 1 [2, 3]; one index has one size',
    );
    expect(() => einsum("ij,ij->ij", x, tensor([[1, 2, 3]]))).toThrow(
      /index i is 2 .* and 1 .*not broadcast.*squeeze/,
    );
    expect(() => einsum("ii->i", x)).toThrow(/index i is 2 in operand 0 \[2, 3\] and 3 in operand 0/);
    expect(() => einsum("ijk->i", x)).toThrow('"ijk->i": operand 0 is [2, 3], 2 axes, but "ijk" names 3');
    expect(() => einsum("ij,jk", x)).toThrow('"ij,jk" is for 2 operands, got 1');
    expect(() => einsum("ij->ik", x)).toThrow(/index k in the result and in no operand/);
    expect(() => einsum("ij->ii", x)).toThrow(/index i twice in the result/);
    expect(() => einsum("...j->j", x)).toThrow(/leaves the axes \[2\] of the ellipsis out.*write \.\.\./);
    expect(() => einsum("i...j...", x)).toThrow(/two ellipses in one operand/);
    expect(() => einsum("...ijk->...", x)).toThrow(/operand 0 is \[2, 3\], 2 axes, fewer than its letters/);
    expect(() => einsum("ij->...i", x)).toThrow(/index … in the result and in no operand/);
    expect(() =>
      einsum(
        "...i,...i->...",
        x,
        tensor([
          [1, 1],
          [1, 1],
          [1, 1],
        ]),
      ),
    ).toThrow(/cannot broadcast \[2\] with \[3\]/);
    expect(() => einsum("i1->i", x)).toThrow(/the character "1"/);
    expect(() => einsum("ij->i,j", x)).toThrow(/the character ","/);
    expect(() => einsum("ij->i->j", x)).toThrow(/more than one ->/);
    expect(() => einsum("ij,jk", x, tensor([[1], [1], [1]], { dtype: "float64" }))).toThrow(/dtypes differ/);
  });
});
