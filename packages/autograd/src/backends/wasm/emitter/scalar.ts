import { type Code, ValueType } from "./code.ts";
import { float32, float64, signed } from "./encoding.ts";
import { Expression, memoryArgument, plain } from "./expression.ts";

/** A 32-bit integer: an address, a size, a truth value. */
export class I32 extends Expression<I32> {
  readonly type = ValueType.i32;
  readonly storeInstruction = [0x36];

  of(code: Code): I32 {
    return new I32(code);
  }

  static constant(value: number): I32 {
    return new I32([0x41, ...signed(value)]);
  }

  static load(address: I32, offset = 0): I32 {
    return new I32([address.code, 0x28, ...memoryArgument(2, offset)]);
  }

  private binary(opcode: number, y: I32 | number): I32 {
    return new I32(plain(opcode, this.code, (typeof y === "number" ? I32.constant(y) : y).code));
  }

  add(y: I32 | number): I32 {
    return y === 0 ? this : this.binary(0x6a, y);
  }
  sub(y: I32 | number): I32 {
    return y === 0 ? this : this.binary(0x6b, y);
  }
  mul(y: I32 | number): I32 {
    return this.binary(0x6c, y);
  }
  and(y: I32 | number): I32 {
    return this.binary(0x71, y);
  }
  or(y: I32 | number): I32 {
    return this.binary(0x72, y);
  }
  xor(y: I32 | number): I32 {
    return this.binary(0x73, y);
  }
  shl(y: I32 | number): I32 {
    return this.binary(0x74, y);
  }
  /** Shifts in zeros from above. */
  shr(y: I32 | number): I32 {
    return this.binary(0x76, y);
  }
  eq(y: I32 | number): I32 {
    return this.binary(0x46, y);
  }
  ne(y: I32 | number): I32 {
    return this.binary(0x47, y);
  }
  /** Comparisons of unsigned numbers: sizes and addresses. */
  lt(y: I32 | number): I32 {
    return this.binary(0x49, y);
  }
  le(y: I32 | number): I32 {
    return this.binary(0x4d, y);
  }
  ge(y: I32 | number): I32 {
    return this.binary(0x4f, y);
  }
  isZero(): I32 {
    return new I32(plain(0x45, this.code));
  }
  /** x where this is not 0, y elsewhere; both are computed. */
  select<E extends Expression<E>>(x: E, y: E): E {
    return x.of(plain(0x1b, x.code, y.code, this.code));
  }
  /** The smaller of two unsigned numbers. Names its operands twice: pass named ones. */
  min(y: I32): I32 {
    return this.lt(y).select<I32>(this, y);
  }
  /** The unsigned number in 64 bits. */
  toI64(): I64 {
    return new I64(plain(0xad, this.code));
  }
}

/** A 64-bit integer. */
export class I64 extends Expression<I64> {
  readonly type = ValueType.i64;
  readonly storeInstruction = [0x37];

  of(code: Code): I64 {
    return new I64(code);
  }

  static constant(value: bigint): I64 {
    return new I64([0x42, ...signed(BigInt.asIntN(64, value))]);
  }

  private binary(opcode: number, y: I64 | bigint): I64 {
    return new I64(plain(opcode, this.code, (typeof y === "bigint" ? I64.constant(y) : y).code));
  }

  add(y: I64 | bigint): I64 {
    return this.binary(0x7c, y);
  }
  mul(y: I64 | bigint): I64 {
    return this.binary(0x7e, y);
  }
  or(y: I64 | bigint): I64 {
    return this.binary(0x84, y);
  }
  shl(y: I64 | bigint): I64 {
    return this.binary(0x86, y);
  }
  /** Shifts in zeros from above. */
  shr(y: I64 | bigint): I64 {
    return this.binary(0x88, y);
  }
  /** The low 32 bits. */
  toI32(): I32 {
    return new I32(plain(0xa7, this.code));
  }
  /** The nearest float64 to the signed number. */
  toF64(): F64 {
    return new F64(plain(0xb9, this.code));
  }
}

/** A float32. */
export class F32 extends Expression<F32> {
  readonly type = ValueType.f32;
  readonly storeInstruction = [0x38];

  of(code: Code): F32 {
    return new F32(code);
  }

  static constant(value: number): F32 {
    return new F32([0x43, ...float32(value)]);
  }

  static load(address: I32, offset = 0): F32 {
    return new F32([address.code, 0x2a, ...memoryArgument(2, offset)]);
  }

  private binary(opcode: number, y: F32): F32 {
    return new F32(plain(opcode, this.code, y.code));
  }

  add(y: F32): F32 {
    return this.binary(0x92, y);
  }
  mul(y: F32): F32 {
    return this.binary(0x94, y);
  }
  /** Not a number if either is. */
  min(y: F32): F32 {
    return this.binary(0x96, y);
  }
  max(y: F32): F32 {
    return this.binary(0x97, y);
  }
  toF64(): F64 {
    return new F64(plain(0xbb, this.code));
  }
}

/** A float64. */
export class F64 extends Expression<F64> {
  readonly type = ValueType.f64;
  readonly storeInstruction = [0x39];

  of(code: Code): F64 {
    return new F64(code);
  }

  static constant(value: number): F64 {
    return new F64([0x44, ...float64(value)]);
  }

  private binary(opcode: number, y: F64 | number): F64 {
    return new F64(plain(opcode, this.code, (typeof y === "number" ? F64.constant(y) : y).code));
  }

  add(y: F64 | number): F64 {
    return this.binary(0xa0, y);
  }
  mul(y: F64 | number): F64 {
    return this.binary(0xa2, y);
  }
  toF32(): F32 {
    return new F32(plain(0xb6, this.code));
  }
}
