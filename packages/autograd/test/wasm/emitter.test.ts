import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { signed, unsigned } from "../../src/backends/wasm/emitter/encoding.ts";
import { ModuleBuilder } from "../../src/backends/wasm/emitter/module.ts";
import { F32, F64, I32, I64 } from "../../src/backends/wasm/emitter/scalar.ts";
import { F32x4, F64x2, I32x4, I64x2 } from "../../src/backends/wasm/emitter/vector.ts";
import { fusedSignature } from "../../src/backends/wasm/fused/graph.ts";
import {
  compileModule,
  createMemory,
  instantiate,
  supports,
  targetOf,
} from "../../src/backends/wasm/runtime.ts";

/** The integer that LEB128 bytes stand for. */
const decode = (bytes: readonly number[], isSigned: boolean): bigint => {
  const bits = bytes.reduce((sum, byte, i) => sum | (BigInt(byte & 0x7f) << BigInt(7 * i)), 0n);
  expect(bytes.every((byte, i) => byte >> 7 === Number(i < bytes.length - 1))).toBe(true);
  return isSigned ? BigInt.asIntN(7 * bytes.length, bits) : bits;
};

describe("encoding", () => {
  test("unsigned and signed numbers come back, in as few bytes as possible", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), (n) => {
        expect(decode(unsigned(n), false)).toBe(BigInt(n));
        expect(unsigned(n).length).toBe(Math.max(1, Math.ceil(Math.log2(n + 1) / 7)));
      }),
    );
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (n) => {
        expect(decode(signed(n), true)).toBe(n);
      }),
    );
    for (const n of [0, -1, 63, 64, -64, -65, 2 ** 31 - 1, -(2 ** 31)])
      expect(decode(signed(n), true)).toBe(BigInt(n));
  });
});

/** Runs code on an empty memory. */
function run(write: Parameters<ModuleBuilder["define"]>[2], ...parameters: number[]): DataView {
  const module = new ModuleBuilder({ relaxed: false });
  module.define(
    "run",
    parameters.map((_, i) => `p${i}`),
    write,
  );
  const memory = createMemory(1);
  instantiate(compileModule(module), memory)("run")(...parameters);
  return new DataView(memory.buffer);
}
const at = (address: number): I32 => I32.constant(address);

describe("functions", () => {
  test("constants of every type", () => {
    const view = run((f) => {
      f.store(at(0), I32.constant(-5));
      f.store(at(8), I64.constant(-(2n ** 40n)));
      f.store(at(16), F32.constant(0.1));
      f.store(at(24), F64.constant(0.1));
      f.store(at(32), F32x4.constant(-0));
      f.store(at(48), I32x4.constant(1, 2, 3, -4));
      f.store(at(64), F64x2.constant(Math.PI));
      f.store(at(80), I64x2.constant(7n));
      f.store(at(96), F32x4.constant(0));
    });
    expect(view.getInt32(0, true)).toBe(-5);
    expect(view.getBigInt64(8, true)).toBe(-(2n ** 40n));
    expect(view.getFloat32(16, true)).toBe(Math.fround(0.1));
    expect(view.getFloat64(24, true)).toBe(0.1);
    expect([0, 4, 8, 12].map((i) => view.getFloat32(32 + i, true))).toEqual([-0, -0, -0, -0]);
    expect([0, 4, 8, 12].map((i) => view.getInt32(48 + i, true))).toEqual([1, 2, 3, -4]);
    expect([0, 8].map((i) => view.getFloat64(64 + i, true))).toEqual([Math.PI, Math.PI]);
    expect([0, 8].map((i) => view.getBigInt64(80 + i, true))).toEqual([7n, 7n]);
    expect(view.getFloat32(96, true)).toBe(0);
  });

  test("loops run as often as they say", () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(20), fc.integer({ min: 1, max: 5 }), (start, end, step) => {
        const view = run(
          (f, _, [from, to]) => {
            const count = f.variable(I32.constant(0));
            const last = f.variable(I32.constant(-1));
            f.range(from as I32, to as I32, step, (i) => {
              count.set(count.value.add(1));
              last.set(i);
            });
            f.store(at(0), count.value);
            f.store(at(4), last.value);
          },
          start,
          end,
        );
        const expected = Math.max(0, Math.ceil((end - start) / step));
        expect(view.getInt32(0, true)).toBe(expected);
        expect(view.getInt32(4, true)).toBe(expected === 0 ? -1 : start + (expected - 1) * step);
      }),
    );
  });

  test("what a branch computes is not taken for known outside of it", () => {
    for (const flag of [0, 1]) {
      const view = run((f, _, [parameter]) => {
        const condition = parameter as I32;
        const x = f.let(condition.add(20));
        const times = (factor: number) => f.once(`times ${factor}`, x, (value) => value.mul(factor));
        f.when(
          condition,
          () => f.store(at(0), times(2).add(times(4))),
          () => f.store(at(0), times(3).add(times(4))),
        );
        [2, 3, 4].forEach((factor, i) => {
          f.store(at(4 + 4 * i), times(factor));
        });
      }, flag);
      const x = flag + 20;
      const words = [0, 4, 8, 12].map((i) => view.getInt32(i, true));
      expect(words).toEqual([(flag === 0 ? 7 : 6) * x, 2 * x, 3 * x, 4 * x]);
    }
  });

  test("bodies abreast take turns, and each knows only what it computed", () => {
    const view = run((f, _, [parameter]) => {
      const x = parameter as I32;
      const turns = f.variable(I32.constant(0));
      const turn = (digit: number): void => turns.set(turns.value.mul(10).add(digit));
      f.abreast(
        [1, 2, 3].map((body) => () => {
          for (let step = 0; step < body; step++) turn(body);
          f.store(at(4 * body), f.once("ten times", x, (value) => value.mul(10)).add(body));
        }),
      );
      f.store(at(0), turns.value);
      f.store(
        at(16),
        f.once("ten times", x, (value) => value.mul(10)),
      );
    }, 7);
    expect([0, 4, 8, 12, 16].map((i) => view.getInt32(i, true))).toEqual([123233, 71, 72, 73, 70]);
  });

  test("what is done rarely is done where a bit is set, by bodies abreast together", () => {
    for (const masks of [[], [0], [1], [0, 0, 0], [0, 8, 0], [1, 2, 4]]) {
      const view = run((f) => {
        f.abreast(
          masks.map((mask, i) => () => {
            f.rarely(f.let(I32x4.constant(0, 0, mask, 0)), () => f.store(at(4 * i), at(i + 1)));
          }),
        );
      });
      const isRare = masks.some((mask) => mask !== 0);
      const words = masks.map((_, i) => view.getInt32(4 * i, true));
      expect(words).toEqual(masks.map((_, i) => (isRare ? i + 1 : 0)));
    }
  });

  test("a function calls an earlier one", () => {
    const module = new ModuleBuilder({ relaxed: false });
    const put = module.define("put", ["address", "value"], (f, { address, value }) =>
      f.store(address, value),
    );
    module.define("run", [], (f) => f.call(put, at(12), I32.constant(99)));
    const memory = createMemory(1);
    instantiate(compileModule(module), memory)("run")();
    expect(new DataView(memory.buffer).getInt32(12, true)).toBe(99);
  });

  test("a missing function is named", () => {
    const module = new ModuleBuilder({ relaxed: false });
    module.define("run", [], () => {});
    const get = instantiate(compileModule(module), createMemory(1));
    expect(() => get("walk")).toThrow("exports run, not walk");
  });

  test("a shared memory", () => {
    const module = new ModuleBuilder({ relaxed: false, shared: true });
    module.define("run", [], (f) => f.store(at(0), I32.constant(1)));
    const memory = createMemory(1, { shared: true });
    instantiate(compileModule(module), memory)("run")();
    expect(memory.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(new Int32Array(memory.buffer)[0]).toBe(1);
  });
});

test("there are no relaxed instructions unless they are asked for, and then there are or it says why not", () => {
  expect(targetOf("wasm", {})).toEqual({ relaxed: false });
  const asked = (): unknown => targetOf("wasm", { relaxed: true });
  if (supports({ relaxed: true })) expect(asked()).toMatchObject({ relaxed: true });
  else expect(asked).toThrow(/^wasm: this host's WebAssembly has no relaxed SIMD; leave `relaxed` out/);
});

test("kernels of different constants have different signatures", () => {
  const signatures = [0, -0, 1, Number.NaN, Infinity, -Infinity].map((value) =>
    fusedSignature({ rank: 1, inputs: [], nodes: [{ op: "constant", value }], outputs: [] }),
  );
  expect(new Set(signatures).size).toBe(signatures.length);
});
