import { encodeUtf8 } from "../../safetensors/utf8.ts";

/** The part of protobuf's wire format that a model takes: whole numbers, texts, bytes, and messages inside of messages. */
export class Message {
  private readonly parts: Uint8Array[] = [];
  private size = 0;

  int(field: number, value: number): this {
    return this.varint(field << 3).varint(value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, encodeUtf8(value));
  }

  bytes(field: number, value: Uint8Array): this {
    return this.varint((field << 3) | 2)
      .varint(value.length)
      .push(value);
  }

  message(field: number, fill: (inside: Message) => void): this {
    const inside = new Message();
    fill(inside);
    this.varint((field << 3) | 2).varint(inside.size);
    for (const part of inside.parts) this.push(part);
    return this;
  }

  finish(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.size);
    let at = 0;
    for (const part of this.parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  /** Seven bits a byte, the lowest ones first; a negative number in two's complement of 64 bits. */
  private varint(value: number): this {
    let rest = BigInt.asUintN(64, BigInt(value));
    const bytes: number[] = [];
    while (rest > 127n) {
      bytes.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    return this.push(Uint8Array.of(...bytes, Number(rest)));
  }

  private push(bytes: Uint8Array): this {
    this.parts.push(bytes);
    this.size += bytes.length;
    return this;
  }
}
