// Watches what the page asks of its GPU: import this before anything that asks.

/** The textures and buffers that were made and not freed. */
let living = 0;
/** The draws and dispatches so far. */
let launches = 0;
/** What was warned of so far. */
const warnings: string[] = [];
/** What the GPU's calls handed out last, by the name of the call. */
const latest = new Map<string, unknown>();

/** What the page's GPU was asked for. */
export const observed = {
  living: (): number => living,
  launches: (): number => launches,
  warnings: (): readonly string[] => [...warnings],
  latest: (name: string): unknown => latest.get(name),
};

/** Has a method of a class of the browser's tell what it returned. */
function observe(type: string, name: string, tell: (result: unknown) => void): void {
  const owner: unknown = Reflect.get(globalThis, type);
  const prototype: unknown = typeof owner === "function" ? owner.prototype : null;
  if (typeof prototype !== "object" || prototype === null) return;
  const method: unknown = Reflect.get(prototype, name);
  if (typeof method !== "function") return;
  Reflect.set(prototype, name, function (this: unknown, ...parameters: unknown[]): unknown {
    const result: unknown = Reflect.apply(method, this, parameters);
    tell(result);
    return result;
  });
}

for (const [type, name, change] of [
  ["WebGL2RenderingContext", "createTexture", 1],
  ["WebGL2RenderingContext", "deleteTexture", -1],
  ["GPUDevice", "createBuffer", 1],
  ["GPUBuffer", "destroy", -1],
] as const) {
  observe(type, name, () => {
    living += change;
  });
}
for (const [type, name] of [
  ["WebGL2RenderingContext", "drawArrays"],
  ["GPUComputePassEncoder", "dispatchWorkgroups"],
] as const) {
  observe(type, name, () => {
    launches++;
  });
}
for (const [type, name] of [
  ["HTMLCanvasElement", "getContext"],
  ["OffscreenCanvas", "getContext"],
  ["GPUAdapter", "requestDevice"],
] as const) {
  observe(type, name, (result) => {
    if (result !== null) latest.set(name, result);
  });
}

const warn = console.warn.bind(console);
console.warn = (...words: unknown[]): void => {
  warnings.push(words.join(" "));
  warn(...words);
};
