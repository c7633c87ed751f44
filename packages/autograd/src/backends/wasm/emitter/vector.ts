import { type Code, constant, ValueType } from "./code.ts";
import { float32, float64, word32, word64 } from "./encoding.ts";
import { Expression, memoryArgument, simd } from "./expression.ts";
import { F32, F64, I32 } from "./scalar.ts";

/** Sixteen bytes, as lanes of one kind or another. */
export abstract class Vector<Self> extends Expression<Self> {
  readonly type = ValueType.v128;
  readonly storeInstruction = [0xfd, 0x0b];

  asF32x4(): F32x4 {
    return new F32x4(this.code);
  }
  asI32x4(): I32x4 {
    return new I32x4(this.code);
  }
  asF64x2(): F64x2 {
    return new F64x2(this.code);
  }
  asI64x2(): I64x2 {
    return new I64x2(this.code);
  }

  protected unary(opcode: number): Self {
    return this.of(simd(opcode, [this.code]));
  }
  protected operate(opcode: number, y: Vector<unknown>): Self {
    return this.of(simd(opcode, [this.code, y.code]));
  }

  /** 32-bit lanes of this (0 to 3) and of y (4 to 7). */
  shuffle(y: Vector<Self>, lanes: readonly [number, number, number, number]): Self {
    const bytes = lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3]);
    return this.of(simd(0x0d, [this.code, y.code], ...bytes));
  }
}

/** Four float32. Numbers as operands are constants in all lanes. */
export class F32x4 extends Vector<F32x4> {
  of(code: Code): F32x4 {
    return new F32x4(code);
  }

  static constant(x: number): F32x4 {
    return new F32x4(constant("f32 ", [x], float32));
  }
  static load(address: I32, offset = 0): F32x4 {
    return new F32x4(simd(0x00, [address.code], ...memoryArgument(2, offset)));
  }
  /** One element in all lanes. */
  static loadSplat(address: I32, offset = 0): F32x4 {
    return new F32x4(simd(0x09, [address.code], ...memoryArgument(2, offset)));
  }
  /** One element, then zeros. */
  static loadOne(address: I32, offset = 0): F32x4 {
    return new F32x4(simd(0x5c, [address.code], ...memoryArgument(2, offset)));
  }
  /** Two elements, then zeros. */
  static loadTwo(address: I32, offset = 0): F32x4 {
    return new F32x4(simd(0x5d, [address.code], ...memoryArgument(2, offset)));
  }
  static splat(x: F32): F32x4 {
    return new F32x4(simd(0x13, [x.code]));
  }
  /** This with one lane read from memory. */
  loadLane(address: I32, offset: number, lane: number): F32x4 {
    return new F32x4(simd(0x56, [address.code, this.code], ...memoryArgument(2, offset), lane));
  }
  lane(lane: number): F32 {
    return new F32(simd(0x1f, [this.code], lane));
  }
  withLane(lane: number, x: F32): F32x4 {
    return new F32x4(simd(0x20, [this.code, x.code], lane));
  }

  private binary(opcode: number, y: F32x4 | number): F32x4 {
    return this.operate(opcode, typeof y === "number" ? F32x4.constant(y) : y);
  }
  private compare(opcode: number, y: F32x4 | number): I32x4 {
    return this.binary(opcode, y).asI32x4();
  }

  add(y: F32x4 | number): F32x4 {
    return this.binary(0xe4, y);
  }
  sub(y: F32x4 | number): F32x4 {
    return this.binary(0xe5, y);
  }
  mul(y: F32x4 | number): F32x4 {
    return this.binary(0xe6, y);
  }
  div(y: F32x4 | number): F32x4 {
    return this.binary(0xe7, y);
  }
  /** The smaller; not a number if either is; −0 is less than 0. */
  min(y: F32x4 | number): F32x4 {
    return this.binary(0xe8, y);
  }
  max(y: F32x4 | number): F32x4 {
    return this.binary(0xe9, y);
  }
  /** y where y < this, else this: one instruction, and a NaN in this passes through. */
  atMost(y: F32x4 | number): F32x4 {
    return this.binary(0xea, y);
  }
  /** y where this < y, else this: one instruction, and a NaN in this passes through. */
  atLeast(y: F32x4 | number): F32x4 {
    return this.binary(0xeb, y);
  }
  abs(): F32x4 {
    return this.unary(0xe0);
  }
  neg(): F32x4 {
    return this.unary(0xe1);
  }
  sqrt(): F32x4 {
    return this.unary(0xe3);
  }
  floor(): F32x4 {
    return this.unary(0x68);
  }
  /** The nearest whole number, of two the even one. */
  nearest(): F32x4 {
    return this.unary(0x6a);
  }
  eq(y: F32x4 | number): I32x4 {
    return this.compare(0x41, y);
  }
  ne(y: F32x4 | number): I32x4 {
    return this.compare(0x42, y);
  }
  lt(y: F32x4 | number): I32x4 {
    return this.compare(0x43, y);
  }
  gt(y: F32x4 | number): I32x4 {
    return this.compare(0x44, y);
  }
  le(y: F32x4 | number): I32x4 {
    return this.compare(0x45, y);
  }
  ge(y: F32x4 | number): I32x4 {
    return this.compare(0x46, y);
  }
  /** Lanes 0 and 1 in double precision. */
  promoteLow(): F64x2 {
    return new F64x2(simd(0x5f, [this.code]));
  }
}

/** Four 32-bit words: bits, integers, or the result of a comparison (all ones or all zeros in a lane). */
export class I32x4 extends Vector<I32x4> {
  of(code: Code): I32x4 {
    return new I32x4(code);
  }

  /** One number in all lanes, or four. */
  static constant(...lanes: readonly [number] | readonly [number, number, number, number]): I32x4 {
    return new I32x4(constant("i32 ", lanes, word32));
  }
  static splat(x: I32): I32x4 {
    return new I32x4(simd(0x11, [x.code]));
  }
  lane(lane: number): I32 {
    return new I32(simd(0x1b, [this.code], lane));
  }
  withLane(lane: number, x: I32): I32x4 {
    return new I32x4(simd(0x1c, [this.code, x.code], lane));
  }

  private binary(opcode: number, y: I32x4 | number): I32x4 {
    return this.operate(opcode, typeof y === "number" ? I32x4.constant(y) : y);
  }
  private shift(opcode: number, count: number): I32x4 {
    return new I32x4(simd(opcode, [this.code, I32.constant(count).code]));
  }

  add(y: I32x4 | number): I32x4 {
    return this.binary(0xae, y);
  }
  sub(y: I32x4 | number): I32x4 {
    return this.binary(0xb1, y);
  }
  mul(y: I32x4 | number): I32x4 {
    return this.binary(0xb5, y);
  }
  and(y: I32x4 | number): I32x4 {
    return this.binary(0x4e, y);
  }
  /** The bits of this that y does not have. */
  andNot(y: I32x4 | number): I32x4 {
    return this.binary(0x4f, y);
  }
  or(y: I32x4 | number): I32x4 {
    return this.binary(0x50, y);
  }
  xor(y: I32x4 | number): I32x4 {
    return this.binary(0x51, y);
  }
  shl(count: number): I32x4 {
    return this.shift(0xab, count);
  }
  /** Shifts in copies of the sign. */
  shrSigned(count: number): I32x4 {
    return this.shift(0xac, count);
  }
  /** Shifts in zeros. */
  shr(count: number): I32x4 {
    return this.shift(0xad, count);
  }
  eq(y: I32x4 | number): I32x4 {
    return this.binary(0x37, y);
  }
  /** Signed comparison. */
  lt(y: I32x4 | number): I32x4 {
    return this.binary(0x39, y);
  }
  /** The bits of x where this has ones, of y where it has zeros. */
  select<V extends Vector<V>>(x: V, y: V): V {
    return x.of(simd(0x52, [x.code, y.code, this.code]));
  }
  /** Whether any bit is set. */
  any(): I32 {
    return new I32(simd(0x53, [this.code]));
  }
  /** The nearest float32 to each signed number. */
  toF32x4(): F32x4 {
    return new F32x4(simd(0xfa, [this.code]));
  }
  /** Full products of unsigned lanes 0 and 1, and of lanes 2 and 3. */
  multiplyLow(y: I32x4): I64x2 {
    return new I64x2(simd(0xde, [this.code, y.code]));
  }
  multiplyHigh(y: I32x4): I64x2 {
    return new I64x2(simd(0xdf, [this.code, y.code]));
  }
}

/** Two float64. */
export class F64x2 extends Vector<F64x2> {
  of(code: Code): F64x2 {
    return new F64x2(code);
  }

  static constant(x: number): F64x2 {
    return new F64x2(constant("f64 ", [x], float64));
  }
  lane(lane: number): F64 {
    return new F64(simd(0x21, [this.code], lane));
  }

  private binary(opcode: number, y: F64x2 | number): F64x2 {
    return this.operate(opcode, typeof y === "number" ? F64x2.constant(y) : y);
  }

  add(y: F64x2 | number): F64x2 {
    return this.binary(0xf0, y);
  }
  sub(y: F64x2 | number): F64x2 {
    return this.binary(0xf1, y);
  }
  mul(y: F64x2 | number): F64x2 {
    return this.binary(0xf2, y);
  }
  div(y: F64x2 | number): F64x2 {
    return this.binary(0xf3, y);
  }
  atMost(y: F64x2 | number): F64x2 {
    return this.binary(0xf6, y);
  }
  atLeast(y: F64x2 | number): F64x2 {
    return this.binary(0xf7, y);
  }
  sqrt(): F64x2 {
    return this.unary(0xef);
  }
  eq(y: F64x2 | number): I64x2 {
    return this.binary(0x47, y).asI64x2();
  }
  lt(y: F64x2 | number): I64x2 {
    return this.binary(0x49, y).asI64x2();
  }
  /** Rounded to float32, in lanes 0 and 1; zeros above. */
  demote(): F32x4 {
    return new F32x4(simd(0x5e, [this.code]));
  }
}

/** Two 64-bit words. */
export class I64x2 extends Vector<I64x2> {
  of(code: Code): I64x2 {
    return new I64x2(code);
  }

  static constant(x: bigint): I64x2 {
    return new I64x2(constant("i64 ", [x], word64));
  }

  private binary(opcode: number, y: I64x2 | bigint): I64x2 {
    return this.operate(opcode, typeof y === "bigint" ? I64x2.constant(y) : y);
  }

  add(y: I64x2 | bigint): I64x2 {
    return this.binary(0xce, y);
  }
  sub(y: I64x2 | bigint): I64x2 {
    return this.binary(0xd1, y);
  }
  or(y: I64x2 | bigint): I64x2 {
    return this.binary(0x50, y);
  }
  /** The bits of x where this has ones, of y where it has zeros. */
  select<V extends Vector<V>>(x: V, y: V): V {
    return x.of(simd(0x52, [x.code, y.code, this.code]));
  }
  shl(count: number): I64x2 {
    return new I64x2(simd(0xcb, [this.code, I32.constant(count).code]));
  }
  shr(count: number): I64x2 {
    return new I64x2(simd(0xcd, [this.code, I32.constant(count).code]));
  }
}
