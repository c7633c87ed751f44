import { UserError } from "../terminal/user-error.ts";

/** An object read from JSON, whose members are taken by name and type. */
export class Fields {
  readonly #members: Readonly<Record<string, unknown>>;
  readonly #path: string;

  /** @param source - Names the object in errors. */
  constructor(
    value: unknown,
    private readonly source: string,
    path = "",
  ) {
    if (!isObject(value)) throw new UserError(`${source}: ${path === "" ? "it" : path} is not a JSON object`);
    this.#members = value;
    this.#path = path;
  }

  text(name: string): string {
    return this.#take(name, "a text", isText);
  }

  texts(name: string): string[] {
    return this.#take(name, "a list of texts", (value) => listOf(value, isText));
  }

  number(name: string): number {
    return this.#take(name, "a number", isFiniteNumber);
  }

  numbers(name: string): number[] {
    return this.#take(name, "a list of numbers", (value) => listOf(value, isFiniteNumber));
  }

  object(name: string): Fields {
    return new Fields(this.#members[name], this.source, this.#pathOf(name));
  }

  #take<T>(name: string, what: string, read: (value: unknown) => value is T): T {
    const value = this.#members[name];
    if (read(value)) return value;
    throw new UserError(
      `${this.source}: "${this.#pathOf(name)}" is ${JSON.stringify(value) ?? "missing"}, not ${what}; ` +
        "the file is damaged or from another version, train anew",
    );
  }

  #pathOf(name: string): string {
    return this.#path === "" ? name : `${this.#path}.${name}`;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function listOf<T>(value: unknown, isItem: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.every(isItem);
}
