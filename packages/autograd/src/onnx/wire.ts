import { decodeUtf8 } from "../safetensors/utf8.ts";
import { damaged } from "./error.ts";

/** What a field carries: a whole number, or its bytes; how many they are tells numbers of a fixed size from others. */
interface Field {
  readonly wire: number;
  readonly value: number | Uint8Array;
}

/** The wire types of protobuf that a model's fields have. */
const VARINT = 0;
const EIGHT_BYTES = 1;
const LENGTH = 2;
const FOUR_BYTES = 5;

/**
 * One message of protobuf, read by the numbers of its fields. What is inside of it is read when it is asked for, so that
 * nothing is read deeper than it is understood. Fields that nobody asks for are passed over, as protobuf wants it.
 */
export class Message {
  private readonly fields = new Map<number, Field[]>();

  /** @param what it is, for messages */
  constructor(
    readonly what: string,
    bytes: Uint8Array,
  ) {
    const cursor = new Cursor(what, bytes);
    while (!cursor.atEnd) {
      const tag = cursor.varint();
      const [number, wire] = [Math.floor(tag / 8), tag % 8];
      if (number < 1 || number >= 2 ** 29) throw damaged(`${what} has a field numbered ${number}`);
      const field = { wire, value: cursor.value(wire, number) };
      const before = this.fields.get(number);
      if (before === undefined) this.fields.set(number, [field]);
      else before.push(field);
    }
  }

  /** Whether there is such a field at all. */
  has(number: number): boolean {
    return this.fields.has(number);
  }

  /** The last of the numbers that a field is given. */
  int(number: number): number | undefined {
    return this.ints(number).at(-1);
  }

  /** All whole numbers of a field, one by one or packed. */
  ints(number: number): number[] {
    return this.all(number).flatMap(({ wire, value }) => {
      if (typeof value === "number") return [value];
      if (wire !== LENGTH) throw this.unlike(number, "a whole number");
      const cursor = new Cursor(this.what, value);
      const numbers: number[] = [];
      while (!cursor.atEnd) numbers.push(cursor.varint());
      return numbers;
    });
  }

  /** All numbers of a field with 4 bytes (float32) or 8 (float64) each, one by one or packed. */
  floats(number: number, bytes: 4 | 8): number[] {
    return this.all(number).flatMap(({ wire, value }) => {
      const isOne = wire === (bytes === 4 ? FOUR_BYTES : EIGHT_BYTES);
      if (typeof value === "number" || (!isOne && wire !== LENGTH) || value.length % bytes !== 0) {
        throw this.unlike(number, `numbers of ${bytes} bytes`);
      }
      const view = viewOf(value);
      return Array.from({ length: value.length / bytes }, (_, i) =>
        bytes === 4 ? view.getFloat32(4 * i, true) : view.getFloat64(8 * i, true),
      );
    });
  }

  /** All byte strings of a field. */
  bytes(number: number): Uint8Array[] {
    return this.all(number).map(({ wire, value }) => {
      if (typeof value === "number" || wire !== LENGTH) throw this.unlike(number, "bytes");
      return value;
    });
  }

  /** All texts of a field. */
  texts(number: number): string[] {
    return this.bytes(number).map((bytes) => {
      try {
        return decodeUtf8(bytes);
      } catch {
        throw this.unlike(number, "a text in UTF-8");
      }
    });
  }

  /** The last of the texts that a field is given, empty if there is none. */
  text(number: number): string {
    return this.texts(number).at(-1) ?? "";
  }

  /** All messages of a field. */
  messages(number: number, what: string): Message[] {
    return this.bytes(number).map((bytes) => new Message(what, bytes));
  }

  private all(number: number): readonly Field[] {
    return this.fields.get(number) ?? [];
  }

  private unlike(number: number, wanted: string): Error {
    return damaged(`${this.what} has in its field ${number} something else than ${wanted}`);
  }
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A place in some bytes, which moves on as they are read. */
class Cursor {
  private at = 0;

  constructor(
    private readonly what: string,
    private readonly source: Uint8Array,
  ) {}

  get atEnd(): boolean {
    return this.at >= this.source.length;
  }

  /** Seven bits a byte, the lowest ones first; ten bytes are a number of 64 bits in two's complement. */
  varint(): number {
    const start = this.at;
    let sum = 0;
    for (let scale = 1; this.at - start < 7; scale *= 128) {
      const byte = this.byte();
      sum += (byte & 127) * scale;
      if (byte < 128) return sum;
    }
    let rest = BigInt(sum);
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      rest |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(BigInt.asIntN(64, rest));
    }
    throw damaged(`${this.what} has a number of more than ten bytes`);
  }

  value(wire: number, number: number): number | Uint8Array {
    if (wire === VARINT) return this.varint();
    if (wire === EIGHT_BYTES) return this.take(8);
    if (wire === FOUR_BYTES) return this.take(4);
    if (wire === LENGTH) return this.take(this.varint());
    throw damaged(`${this.what} has in its field ${number} the wire type ${wire}, which no model has`);
  }

  private byte(): number {
    const byte = this.source[this.at];
    if (byte === undefined) throw damaged(`${this.what} ends within a number`);
    this.at += 1;
    return byte;
  }

  private take(length: number): Uint8Array {
    const left = this.source.length - this.at;
    if (length < 0 || length > left)
      throw damaged(`${this.what} needs ${length} bytes where ${left} are left`);
    this.at += length;
    return this.source.subarray(this.at - length, this.at);
  }
}
