/** How a figure is computed: op by op, by a sampler's compiled steps, or by those of a network. */
export type EngineKind = "plain" | "compiled" | "network";

/** On what the engine runs in this page, and why. */
export function engineLine(kind: EngineKind): string {
  if (kind === "plain") return "in plain JavaScript on one thread: so few numbers need no more";
  // Pages on plain hosts are not isolated, and share no memory.
  const threads = globalThis.crossOriginIsolated === true ? "on the threads that pay" : "on one thread";
  const compiled = `in WebAssembly ${threads}, into which the steps were compiled`;
  return kind === "compiled" ? compiled : `${compiled}: the network is too small for the way to a GPU to pay`;
}
