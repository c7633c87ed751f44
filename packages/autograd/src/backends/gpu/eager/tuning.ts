// Two changes to the inside of one kernel of GPU.js 2.24, never to its classes: another version may lack what they
// touch, and is then left as it is. The backend tries them on a known product before it uses them.

/**
 * To be called before a kernel first runs. In WebAssembly mode, GPU.js remembers from its first reading of a
 * kernel which integer literals it turned into floats, and so computes indices in floats: forgetting that
 * doubles the speed. It also cuts the result into one small array per thread: here it stays flat.
 */
export function tuneBeforeBuild(instance: object): void {
  // Only the kernels of WebAssembly mode have both.
  const translate = methodOf(instance, "translateSource");
  if (translate === null || methodOf(instance, "_shapeOutput") === null) return;
  Reflect.set(instance, "_shapeOutput", (flat: unknown) => flat);
  Reflect.set(instance, "translateSource", () => {
    const translated: unknown = Reflect.apply(translate, instance, []);
    for (const node of functionNodes(instance)) {
      forgetLiterals(node, "emitFunction");
      forgetLiterals(node, "emitVectorFunction");
    }
    return translated;
  });
}

/** To be called after a kernel first ran: in the WebGL modes, its result of four rows a thread stays flat. */
export function tuneAfterBuild(instance: object, rowsPerThread: 1 | 4): void {
  if (rowsPerThread === 4 && methodOf(instance, "formatValues") !== null) {
    Reflect.set(instance, "formatValues", (flat: unknown) => flat);
  }
}

function forgetLiterals(node: object, name: string): void {
  const emit = methodOf(node, name);
  if (emit === null || !isObject(Reflect.get(node, "literalTypes"))) return;
  Reflect.set(node, name, (assembler: unknown) => {
    Reflect.set(node, "literalTypes", {});
    return Reflect.apply(emit, node, [assembler]);
  });
}

function functionNodes(instance: object): object[] {
  const builder: unknown = Reflect.get(instance, "functionBuilder");
  const nodes: unknown = isObject(builder) ? Reflect.get(builder, "functionMap") : null;
  return isObject(nodes) ? Object.values(nodes).filter(isObject) : [];
}

function methodOf(owner: object, name: string): CallableFunction | null {
  const method: unknown = Reflect.get(owner, name);
  return typeof method === "function" ? method : null;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
