/** Whether a value is an object that has a property of its own of some name. */
export function hasOwn<K extends string>(value: unknown, key: K): value is Readonly<Record<K, unknown>> {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key);
}
