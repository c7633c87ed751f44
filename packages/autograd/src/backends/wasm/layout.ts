/** Arrays start at multiples of this many bytes: a cache line. */
const ALIGNMENT = 64;

/** A place in a memory, in bytes. */
export interface Place {
  readonly at: number;
  readonly bytes: number;
}

/** Lays arrays out one after another in a memory, before the memory is made. */
export class MemoryLayout {
  private end: number;

  /** The first `reserved` bytes are left free. */
  constructor(reserved = 0) {
    this.end = align(reserved);
  }

  /** A place for so many bytes. */
  reserve(bytes: number): Place {
    const at = this.end;
    this.end = align(at + bytes);
    return { at, bytes };
  }

  /** A place for so many elements of four bytes. */
  array(size: number): Place {
    return this.reserve(4 * size);
  }

  /** The bytes that the memory must have. */
  get bytes(): number {
    return this.end;
  }
}

function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
