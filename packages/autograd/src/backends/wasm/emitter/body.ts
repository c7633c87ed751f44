import { type Code, Constant, type FunctionHandle, Local, type ValueType } from "./code.ts";
import { unsigned, vector } from "./encoding.ts";
import { type Expression, memoryArgument, simd } from "./expression.ts";
import { I32 } from "./scalar.ts";
import { type Statement, together } from "./statement.ts";
import type { F32x4, F64x2, I32x4, Vector } from "./vector.ts";

/** A local that changes. */
export interface Variable<E> {
  readonly value: E;
  set(value: E): void;
}

/** Writes the body of one function, statement by statement. */
export class FunctionBody {
  /** Whether {@link madd} may be rounded once instead of twice. */
  readonly relaxed: boolean;
  private readonly parameters: readonly Local[];
  private statements: Statement[] = [];
  /** What {@link once} knows in each enclosing block, innermost last. */
  private readonly known: Map<string, Map<Local, unknown>>[] = [new Map()];

  constructor(parameters: readonly Local[], relaxed: boolean) {
    this.parameters = parameters;
    this.relaxed = relaxed;
  }

  private emit(statement: Statement): void {
    this.statements.push(statement);
  }

  // values

  /** Computes a value now and names it, so that it can be used any number of times. */
  let<E extends Expression<E>>(value: E): E {
    const local = new Local(value.type);
    this.emit([value.code, 0x21, local]);
    return value.read(local);
  }

  /** A local that starts as the value. */
  variable<E extends Expression<E>>(initial: E): Variable<E> {
    const local = new Local(initial.type);
    const set = (value: E): void => this.emit([value.code, 0x21, local]);
    set(initial);
    return { value: initial.read(local), set };
  }

  /**
   * The value that `make` computes from a named x: computed where it is first asked for, and again only
   * outside the blocks that can see it. A name stands for one function, and so for one class of values.
   */
  once<E extends Expression<E>, X extends Expression<X>>(name: string, x: X, make: (x: X) => E): E {
    const [opcode, local] = x.code;
    if (opcode !== 0x20 || !(local instanceof Local) || x.code.length !== 2) return this.let(make(x));
    for (const block of this.known) {
      const found = block.get(name)?.get(local);
      if (found !== undefined) return found as E;
    }
    const value = this.let(make(x));
    const block = this.known.at(-1);
    const values = block?.get(name) ?? new Map<Local, unknown>();
    block?.set(name, values.set(local, value));
    return value;
  }

  /** x·y + z: rounded once where relaxed SIMD has a fused instruction, twice otherwise. */
  madd(x: F32x4, y: F32x4, z: F32x4): F32x4 {
    return this.relaxed ? x.of(simd(0x105, [x.code, y.code, z.code])) : z.add(x.mul(y));
  }

  /** z − x·y. */
  subtractProduct(z: F32x4, x: F32x4, y: F32x4): F32x4 {
    return this.relaxed ? x.of(simd(0x106, [x.code, y.code, z.code])) : z.sub(x.mul(y));
  }

  /** x·y + z in double precision. */
  madd64(x: F64x2, y: F64x2, z: F64x2): F64x2 {
    return this.relaxed ? x.of(simd(0x107, [x.code, y.code, z.code])) : z.add(x.mul(y));
  }

  // memory

  store(address: I32, value: Expression<unknown>, offset = 0): void {
    this.emit([address.code, value.code, ...value.storeInstruction, ...memoryArgument(2, offset)]);
  }

  /** Stores one 32-bit lane. */
  storeLane(address: I32, value: Vector<unknown>, lane: number, offset = 0): void {
    this.emit(simd(0x5a, [address.code, value.code], ...memoryArgument(2, offset), lane));
  }

  /** Stores lanes 0 and 1, or lanes 2 and 3. */
  storeHalf(address: I32, value: Vector<unknown>, half: 0 | 1, offset = 0): void {
    this.emit(simd(0x5b, [address.code, value.code], ...memoryArgument(2, offset), half));
  }

  /** Fills bytes with zeros, or with the lowest byte of a value. */
  fill(at: I32, bytes: I32, value = I32.constant(0)): void {
    this.emit([at.code, value.code, bytes.code, 0xfc, 0x0b, 0]);
  }

  /** Copies bytes. */
  copy(to: I32, from: I32, bytes: I32): void {
    this.emit([to.code, from.code, bytes.code, 0xfc, 0x0a, 0, 0]);
  }

  // control

  /** Calls a function of the same module. */
  call(callee: FunctionHandle, ...values: readonly I32[]): void {
    this.emit([...values.map((value) => value.code), 0x10, ...unsigned(callee.index)]);
  }

  /** The statements that `body` writes; what it computes is known in it alone. */
  private statementsOf(body: () => void): Statement[] {
    const outer = this.statements;
    const inner: Statement[] = [];
    this.statements = inner;
    this.known.push(new Map());
    body();
    this.known.pop();
    this.statements = outer;
    return inner;
  }

  private block(body: () => void): Code {
    return this.statementsOf(body).map((statement) => together([statement]));
  }

  /** Runs the body if the condition is not 0. */
  when(condition: I32, body: () => void, otherwise?: () => void): void {
    const alternative = otherwise === undefined ? [] : [0x05, this.block(otherwise)];
    this.emit([condition.code, 0x04, 0x40, this.block(body), ...alternative, 0x0b]);
  }

  /** Runs the body again and again while the condition that it returns is not 0. */
  repeat(body: () => I32): void {
    this.emit([0x03, 0x40, this.block(() => this.emit([body().code, 0x0d, 0, 0x0b]))]);
  }

  /**
   * Runs the body if any bit of the mask is set, in every lane: where the mask has none, what the body sets must stay as
   * it is.
   */
  rarely(mask: I32x4, body: () => void): void {
    this.emit({ mask, body: this.block(body) });
  }

  /**
   * Runs bodies that do not depend on each other, a statement of each in turn: while one waits for a result, the
   * processor finds work of the others next to it. What each does {@link rarely} they do together.
   */
  abreast<T>(bodies: readonly (() => T)[]): T[] {
    const results: T[] = [];
    const blocks = bodies.map((body) => this.statementsOf(() => results.push(body())));
    for (let i = 0; blocks.some((block) => i < block.length); i++) {
      this.emit(together(blocks.flatMap((block) => block.slice(i, i + 1))));
    }
    return results;
  }

  /**
   * Runs steps 0, 1, ... so many in a turn, and turn after turn, while the condition that each returns is not 0. V8 computes
   * a value as late as it can: it would load the operands of a whole turn first, and run out of registers, if the loop
   * could not be left after each step.
   */
  turns(width: number, step: (k: number) => I32): void {
    const turn = this.block(() => {
      for (let k = 1; k < width; k++) this.emit([step(k - 1).isZero().code, 0x0d, 1]);
      this.emit([step(width - 1).code, 0x0d, 0, 0x0b, 0x0b]);
    });
    this.emit([0x02, 0x40, 0x03, 0x40, turn]);
  }

  /** Runs the body while i < end, stepping i; sizes and addresses, so unsigned. */
  advance(i: Variable<I32>, end: I32, step: I32 | number, body: () => void): void {
    this.when(i.value.lt(end), () => {
      this.repeat(() => {
        body();
        i.set(i.value.add(step));
        return i.value.lt(end);
      });
    });
  }

  /** Runs the body for i = start, start + step, ... below the end. */
  range(start: I32 | number, end: I32, step: I32 | number, body: (i: I32) => void): void {
    const i = this.variable(typeof start === "number" ? I32.constant(start) : start);
    this.advance(i, end, step, () => body(i.value));
  }

  /** Runs the body so many times, with the number of times before. */
  times(count: I32, body: (index: I32) => void): void {
    this.range(0, count, 1, body);
  }

  // the end

  /** The function as the code section holds it: its locals, constants first set, then its code. */
  finish(): number[] {
    const locals = new LocalNumbers(this.parameters);
    const code: number[] = [];
    const write = (items: Code): void => {
      for (const item of items) {
        if (typeof item === "number") code.push(item);
        else if (item instanceof Local) code.push(...unsigned(locals.numberOf(item)));
        else write(item);
      }
    };
    write(this.statements.map((statement) => together([statement])));
    const body = vector(locals.types.map((type) => [1, type])).concat(locals.constants, code, 0x0b);
    return unsigned(body.length).concat(body);
  }
}

/** Numbers the locals of a function: parameters first, then others as they are met. */
class LocalNumbers {
  readonly types: ValueType[] = [];
  /** Instructions that set the constants. */
  readonly constants: number[] = [];
  private readonly first: number;
  private readonly numbers: Map<Local, number>;
  private readonly numbersOfConstants = new Map<string, number>();

  constructor(parameters: readonly Local[]) {
    this.first = parameters.length;
    this.numbers = new Map(parameters.map((local, i) => [local, i]));
  }

  numberOf(local: Local): number {
    const known = this.numbers.get(local);
    if (known !== undefined) return known;
    const number = local instanceof Constant ? this.numberOfConstant(local) : this.add(local);
    this.numbers.set(local, number);
    return number;
  }

  private numberOfConstant(constant: Constant): number {
    const { key } = constant;
    const known = this.numbersOfConstants.get(key);
    if (known !== undefined) return known;
    const number = this.add(constant);
    this.numbersOfConstants.set(key, number);
    const bytes = constant.bytes();
    const repeated = Array.from({ length: 16 }, (_, i) => bytes[i % bytes.length] as number);
    this.constants.push(0xfd, 0x0c, ...repeated, 0x21, ...unsigned(number));
    return number;
  }

  private add(local: Local): number {
    this.types.push(local.type);
    return this.first + this.types.length - 1;
  }
}
