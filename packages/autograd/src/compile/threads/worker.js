// A worker thread: it waits for the split steps of programs and runs shares of them. It imports nothing, so that
// the one file is all that a host has to find.

/**
 * @typedef {import("./control.ts").Message} Message
 * @typedef {(...parameters: number[]) => void} KernelFunction
 * @typedef {{ onmessage: ((event: { readonly data: Message }) => void) | null }} Port
 * @typedef {object} Host
 * @property {{ getBuiltinModule?: (name: string) => { readonly parentPort: Port } }} [process]
 * @property {{ readonly Instance: new (
 *   module: object,
 *   imports: { readonly env: { readonly memory: object } },
 * ) => { readonly exports: Readonly<Record<string, KernelFunction>> } }} WebAssembly
 * @property {{ now(): number }} performance
 */

const host = /** @type {Host & Port} */ (/** @type {unknown} */ (globalThis));
/** @type {Port} */
const port = host.process?.getBuiltinModule?.("node:worker_threads").parentPort ?? host;

/**
 * The split steps of each program: their shares as functions.
 * @type {Map<number, (() => void)[][]>}
 */
const programs = new Map();

/** @type {Extract<Message, { kind: "begin" }> | undefined} */
let setting;
let handled = 0;

port.onmessage = ({ data }) => {
  if (data.kind === "begin") setting = data;
  else if (data.kind === "program") programs.set(data.id, linked(data.program));
  else programs.delete(data.id);
  handled += 1;
  if (setting !== undefined) serve(setting);
};

/**
 * A program's shares, bound to its memory.
 * @param {Extract<Message, { kind: "program" }>["program"]} program
 * @returns {(() => void)[][]}
 */
function linked({ memory, modules, entries, steps }) {
  const instances = modules.map((module) => new host.WebAssembly.Instance(module, { env: { memory } }));
  const kernels = entries.map(({ module, name }) => {
    const kernel = instances[module]?.exports[name];
    if (kernel === undefined) throw new ReferenceError(`worker: a module exports no ${name}`);
    return kernel;
  });
  return steps.map((shares) =>
    shares.map((calls) => {
      const bound = calls.map(([entry = -1, ...parameters]) => {
        const kernel = kernels[entry];
        if (kernel === undefined) throw new ReferenceError(`worker: there is no kernel ${entry}`);
        return () => kernel(...parameters);
      });
      return () => {
        for (const call of bound) call();
      };
    }),
  );
}

/**
 * Claims and runs shares until there is a message to receive.
 * @param {Extract<Message, { kind: "begin" }>} setting
 */
function serve({ control, words, thread, threads, patience }) {
  const { generation, sleepers, sent, program, step, pending, joining, failed } = words;
  /** @param {number} other */
  const line = (other) => words.threads + other * words.line;
  const own = line(thread);
  Atomics.store(control, own + words.handled, handled);
  for (;;) {
    const seen = Atomics.load(control, generation);
    if (Atomics.load(control, sent) !== handled) return;
    // Its own share first: what it has computed before is in its cache.
    for (let i = 0; i < threads; i++) {
      const share = (thread + i) % threads;
      const free = line(share) + words.free;
      if (Atomics.load(control, free) === 0 || Atomics.compareExchange(control, free, 1, 0) === 0) continue;
      try {
        // Both stay what they are until this share is finished.
        programs.get(Atomics.load(control, program))?.[Atomics.load(control, step)]?.[share]?.();
      } catch {
        Atomics.store(control, failed, 1);
      }
      Atomics.add(control, own + words.ran, 1);
      if (Atomics.sub(control, pending, 1) === 1 && Atomics.load(control, joining) === 1) {
        Atomics.notify(control, pending);
      }
    }
    let until = 0;
    for (let i = 1; Atomics.load(control, generation) === seen; i++) {
      if (i % 256 !== 0) continue;
      const now = host.performance.now();
      if (until === 0) until = now + patience;
      if (now < until) continue;
      Atomics.add(control, sleepers, 1);
      Atomics.wait(control, generation, seen);
      Atomics.sub(control, sleepers, 1);
    }
  }
}
