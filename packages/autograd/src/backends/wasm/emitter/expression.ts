import { type Code, get, type Local, type ValueType } from "./code.ts";
import { unsigned } from "./encoding.ts";

/**
 * A value that code will compute: it holds the instructions that leave it on the stack. Used twice, it is
 * computed twice; {@link FunctionBody.let} names it instead. `Self` is the class of the value, so that a
 * named value keeps its methods.
 */
export abstract class Expression<Self> {
  readonly code: Code;

  constructor(code: Code) {
    this.code = code;
  }

  /** The type of the value on the stack. */
  abstract readonly type: ValueType;

  /** The instruction that stores such a value. */
  abstract readonly storeInstruction: readonly number[];

  /** A value of the same class from other code. */
  abstract of(code: Code): Self;

  /** The value of a local of this class. */
  read(local: Local): Self {
    return this.of(get(local));
  }
}

/** An instruction of one byte after its operands. */
export function plain(opcode: number, ...operands: readonly Code[]): Code {
  return [...operands, opcode];
}

/** A vector instruction after its operands, and then its immediate bytes. */
export function simd(opcode: number, operands: readonly Code[], ...immediate: readonly number[]): Code {
  return [...operands, 0xfd, ...unsigned(opcode), ...immediate];
}

/** The immediate of a load or store: an alignment hint of 2^align bytes, and a constant added to the address. */
export function memoryArgument(align: number, offset: number): number[] {
  return [align, ...unsigned(offset)];
}
