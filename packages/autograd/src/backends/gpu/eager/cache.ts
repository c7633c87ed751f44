/** The latest `limit` values by key; the one unused for longest makes room, and is handed to `evicted`. */
export class LeastRecentlyUsed<Value> {
  readonly #limit: number;
  readonly #evicted: (value: Value) => void;
  // A Map iterates in the order of insertion: the first entry is the oldest.
  readonly #entries = new Map<string, Value>();

  constructor(limit: number, evicted: (value: Value) => void) {
    this.#limit = limit;
    this.#evicted = evicted;
  }

  /** The value under a key, which becomes the latest. */
  get(key: string): Value | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  /** Adds a value under a key, or replaces the one there, which is evicted. */
  set(key: string, value: Value): void {
    this.#remove(key);
    this.#entries.set(key, value);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#limit) break;
      this.#remove(oldest);
    }
  }

  /** Removes the value under a key, which is evicted. */
  delete(key: string): void {
    this.#remove(key);
  }

  values(): IterableIterator<Value> {
    return this.#entries.values();
  }

  clear(): void {
    for (const key of [...this.#entries.keys()]) this.#remove(key);
  }

  #remove(key: string): void {
    const value = this.#entries.get(key);
    if (value === undefined) return;
    this.#entries.delete(key);
    this.#evicted(value);
  }
}
