// Watches what the page asks of its GPU: import this before anything that asks.
import { observe } from "../../support/observe.ts";

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
