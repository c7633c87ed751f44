/**
 * Has a method of a global class tell what it returned, and to whom.
 *
 * @returns undoes it
 */
export function observe(
  type: string,
  name: string,
  tell: (result: unknown, owner: unknown) => void,
): () => void {
  const owner: unknown = Reflect.get(globalThis, type);
  const prototype: unknown = typeof owner === "function" ? owner.prototype : null;
  if (typeof prototype !== "object" || prototype === null) return () => {};
  const method: unknown = Reflect.get(prototype, name);
  if (typeof method !== "function") return () => {};
  Reflect.set(prototype, name, function (this: unknown, ...parameters: unknown[]): unknown {
    const result: unknown = Reflect.apply(method, this, parameters);
    tell(result, this);
    return result;
  });
  return () => {
    Reflect.set(prototype, name, method);
  };
}
