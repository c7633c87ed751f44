/** The binary encoding of WebAssembly: numbers, names and vectors as bytes. */

/** Unsigned LEB128: seven bits a byte, lowest first. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return bytes;
}

/** Signed LEB128 of an integer of up to 64 bits. */
export function signed(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (;;) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    if ((rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40)) {
      bytes.push(low);
      return bytes;
    }
    bytes.push(low | 0x80);
  }
}

/** The bytes of a float32, lowest first. */
export function float32(value: number): number[] {
  return bytesOf(4, (view) => view.setFloat32(0, value, true));
}

/** The bytes of a float64, lowest first. */
export function float64(value: number): number[] {
  return bytesOf(8, (view) => view.setFloat64(0, value, true));
}

/** The bytes of a 32-bit word, lowest first. */
export function word32(value: number): number[] {
  return bytesOf(4, (view) => view.setInt32(0, value, true));
}

/** The bytes of a 64-bit word, lowest first. */
export function word64(value: bigint): number[] {
  return bytesOf(8, (view) => view.setBigInt64(0, value, true));
}

function bytesOf(size: number, write: (view: DataView) => void): number[] {
  const view = new DataView(new ArrayBuffer(size));
  write(view);
  return Array.from(new Uint8Array(view.buffer));
}

/** A length-prefixed name; the names used here are ASCII. */
export function name(text: string): number[] {
  return [...unsigned(text.length), ...Array.from(text, (letter) => letter.charCodeAt(0))];
}

/** A count, then the items. */
export function vector(items: readonly (readonly number[])[]): number[] {
  return unsigned(items.length).concat(...items);
}

/** A section of a module: its id, its size, its contents. */
export function section(id: number, contents: readonly number[]): number[] {
  return [id].concat(unsigned(contents.length), contents);
}
