// What a schema of valibot is made of, and values with one of its fields changed.

interface Schema {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Schema>>;
  readonly options?: readonly Schema[];
  readonly wrapped?: Schema;
}

/** The paths of a schema's objects; the outermost is empty. */
export function objectsOf(schema: object, path = ""): string[] {
  const { entries, options, wrapped } = schema as Schema;
  if (wrapped !== undefined) return objectsOf(wrapped, path);
  const inner = Object.entries(entries ?? {}).flatMap(([key, entry]) => objectsOf(entry, joined(path, key)));
  const own = entries === undefined ? [] : [path];
  return [...new Set([...own, ...inner, ...(options ?? []).flatMap((one) => objectsOf(one, path))])];
}

/** The paths of all that is no object. */
export function leavesOf(schema: object, path = ""): string[] {
  const { entries, options, wrapped } = schema as Schema;
  if (wrapped !== undefined) return leavesOf(wrapped, path);
  if (entries === undefined && options === undefined) return [path];
  const inner = Object.entries(entries ?? {}).flatMap(([key, entry]) => leavesOf(entry, joined(path, key)));
  return [...new Set([...inner, ...(options ?? []).flatMap((one) => leavesOf(one, path))])].sort();
}

/** A value whose field at a path is another; undefined takes it away. */
export function replaced(value: unknown, path: string, field: unknown): unknown {
  if (path === "") return field;
  const [key = "", ...rest] = path.split(".");
  const members = (value ?? {}) as Readonly<Record<string, unknown>>;
  return { ...members, [key]: replaced(members[key], rest.join("."), field) };
}

/** What stands at a path. */
export function fieldOf(value: unknown, path: string): unknown {
  return path === ""
    ? value
    : path.split(".").reduce((at, key) => ((at ?? {}) as Record<string, unknown>)[key], value);
}

function joined(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}
