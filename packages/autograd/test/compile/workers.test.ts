import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker as NodeWorker } from "node:worker_threads";
import { rolldown } from "rolldown";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { ModuleBuilder } from "../../src/backends/wasm/emitter/module.ts";
import { F32 } from "../../src/backends/wasm/emitter/scalar.ts";
import { compileModule, createMemory } from "../../src/backends/wasm/runtime.ts";
import type { EncodedProgram } from "../../src/compile/threads/control.ts";
import { Crew } from "../../src/compile/threads/crew.ts";
import { ThreadPool } from "../../src/compile/threads/pool.ts";
import {
  type Compiled,
  compile,
  matmul,
  random,
  softplus,
  sum,
  type Tensor,
  type WasmBackend,
  wasm,
} from "../../src/index.ts";
import { expectTensorsEqual } from "../support/closeness.ts";
import { collectLater } from "../support/heap.ts";
import { repeatUntil, soon, type Watched, watched } from "../support/threads.ts";

const x = random.normal(random.key(1), [128, 128]);
const f = (y: Tensor): Tensor => sum(softplus(matmul(y, y)));
const expected = compile(f, { backend: wasm({ threads: 1 }) })(x).item();

/** The workers that start from now on, until the test ends. */
function workersFromNow(): NodeWorker[] {
  const workers: NodeWorker[] = [];
  const add = (worker: NodeWorker): void => void workers.push(worker);
  process.on("worker", add);
  onTestFinished(() => void process.off("worker", add));
  return workers;
}

/** Node tells of a new worker, and calls listeners, between tasks. */
const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

const exits = (workers: readonly NodeWorker[]): Promise<unknown> =>
  soon(
    Promise.all(workers.map((worker) => new Promise((resolve) => worker.once("exit", resolve)))),
    "the workers have ended",
  );

/** A compiled function whose workers have taken part. */
async function started(threads: number): Promise<{
  pool: WasmBackend;
  backend: Watched;
  compiled: Compiled<[Tensor], Tensor>;
  call: () => void;
}> {
  const pool = wasm({ threads });
  const backend = watched(pool);
  const compiled = compile(f, { backend });
  const call = (): void => expect(compiled(x).item()).toBe(expected);
  const everyWorker = (): boolean => {
    const { sharesRun } = backend.use();
    return sharesRun.length === threads - 1 && sharesRun.every((n) => n > 0);
  };
  call();
  repeatUntil(everyWorker, call, "every worker has run a share");
  await nextTask();
  return { pool, backend, compiled, call };
}

describe("the workers", () => {
  test("start at the second run of a program with large steps, one less than threads, and take part", async () => {
    const workers = workersFromNow();
    const small = compile(f, { backend: wasm({ threads: 3 }) });
    small(random.normal(random.key(1), [8, 8]));
    compile(f, { backend: wasm({ threads: 3 }) }).explain(x);
    compile(f, { backend: wasm() })(x);
    compile(f, { backend: wasm({ threads: 3 }) })(x);
    await nextTask();
    expect(workers.length).toBe(0);
    const { compiled, backend } = await started(3);
    expect(workers.length).toBe(2);
    expect(backend.use()).toMatchObject({ count: 3, dividedSteps: 2, reason: null });
    compiled.dispose();
  });

  test("end with the last program that uses them, and start again with the next", async () => {
    const workers = workersFromNow();
    const { compiled, backend } = await started(2);
    const other = compile((y: Tensor) => matmul(y, y), { backend });
    const product = other(x).data;
    other(x); // From its second run on it uses them, too.
    const told = vi.spyOn(Crew.prototype, "send");
    compiled.dispose();
    expect(told.mock.calls).toEqual([[{ kind: "forget", id: 1 }]]);
    told.mockRestore();
    const before = backend.use().sharesRun[0] ?? 0;
    repeatUntil(
      () => (backend.use().sharesRun[0] ?? 0) > before,
      () => expect(other(x).data).toEqual(product),
      "the worker serves the program that is left",
    );
    const ended = exits(workers);
    other.dispose();
    await ended;
    expect(workers.length).toBe(1);
    for (let run = 0; run < 2; run++) expect(compiled(x).item()).toBe(expected);
    await nextTask();
    expect(workers.length).toBe(2);
    compiled.dispose();
  });

  test("end with the backend, whose programs go on on the calling thread", async () => {
    const workers = workersFromNow();
    const { pool, backend, call } = await started(3);
    const ended = exits(workers);
    const before = backend.use().sharesRun;
    pool.dispose();
    for (let i = 0; i < 20; i++) call();
    await ended;
    call();
    expect(backend.use().sharesRun).toEqual(before);
    expect(backend.use()).toMatchObject({ count: 1, reason: "the backend was disposed of" });
    expect(workers.length).toBe(2);
  });

  test("take no part once the backend is disposed of, even while they still run", async () => {
    const workers = workersFromNow();
    const { pool, backend, call } = await started(2);
    const terminate = vi.spyOn(NodeWorker.prototype, "terminate").mockResolvedValue(0);
    const before = backend.use().sharesRun;
    pool.dispose();
    for (let i = 0; i < 200; i++) call();
    expect(terminate).toHaveBeenCalledTimes(1);
    terminate.mockRestore();
    expect(backend.use().sharesRun).toEqual(before);
    await Promise.all(workers.map((worker) => worker.terminate()));
  });

  test("end when nobody can reach their programs any more", async () => {
    const workers = workersFromNow();
    await (async () => void (await started(2)))();
    expect(workers.length).toBe(1);
    let isOver = false;
    const ended = exits(workers).then(() => {
      isOver = true;
    });
    while (!isOver) await Promise.race([ended, collectLater()]);
  });
});

describe("a pool of threads", () => {
  const memory = createMemory(1, { shared: true });
  const module = new ModuleBuilder({ relaxed: false, shared: true });
  module.define("copy", ["from", "to"], (f, { from, to }) => f.store(to, F32.load(from)));
  const program = (calls: readonly number[][]): EncodedProgram => ({
    memory,
    modules: [compileModule(module)],
    entries: [{ module: 0, name: "copy" }],
    steps: [calls.map((parameters) => [[0, ...parameters]])],
  });

  /** Runs a step of two shares: the second is the worker's, as the first goes on until it has been taken. */
  function share(calls: readonly number[][]): void {
    const pool = new ThreadPool(2);
    onTestFinished(() => pool.dispose());
    const member = pool.enlist(program(calls), {});
    if (member === null) throw new Error(pool.failure ?? "");
    repeatUntil(
      () => member.begin(),
      () => {},
      "the worker is ready",
    );
    const [before] = member.sharesRun();
    const second = vi.fn();
    const first = (): void =>
      repeatUntil(
        () => member.sharesRun()[0] !== before,
        () => {},
        "the worker has run its share",
      );
    member.share(0, [first, second]);
    expect(second).not.toHaveBeenCalled();
  }

  test("runs a share on a worker while the calling thread runs another", () => {
    const values = new Float32Array(memory.buffer);
    values[7] = 5;
    share([
      [0, 0],
      [28, 36],
    ]);
    expect(values[9]).toBe(5);
  });

  test("throws where a kernel fails on a worker", () => {
    const outside = memory.buffer.byteLength;
    expect(() =>
      share([
        [0, 0],
        [outside, 0],
      ]),
    ).toThrow("compile: a kernel failed in a worker thread");
  });
});

describe("without workers a program runs on the calling thread, and says why", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  /** What the description says in the end, after runs that all went well. */
  async function reason(): Promise<string | null> {
    const backend = watched(wasm({ threads: 2 }));
    const compiled = compile(f, { backend });
    const check = (): void => expect(compiled(x).item()).toBe(expected);
    check();
    check();
    await vi.waitUntil(() => backend.use().reason !== null, 10_000);
    check();
    const { count, reason } = backend.use();
    expect(count).toBe(1);
    return reason;
  }

  /** Puts a class in the place of Node's workers. */
  const replaceWorkers = (Worker: unknown): void => {
    vi.spyOn(process, "getBuiltinModule").mockReturnValue(Worker === undefined ? undefined : { Worker });
  };

  test("where memory is not shared", async () => {
    vi.stubGlobal("SharedArrayBuffer", undefined);
    expect(await reason()).toMatch(/no memory between threads.*cross-origin isolated/);
    vi.unstubAllGlobals();
    vi.stubGlobal("crossOriginIsolated", false);
    expect(await reason()).toMatch(/cross-origin isolated/);
  });

  test("where the host has no workers", async () => {
    replaceWorkers(undefined);
    vi.stubGlobal("Worker", undefined);
    expect(await reason()).toMatch(/no worker threads/);
  });

  test("where one cannot start", async () => {
    replaceWorkers(
      class {
        constructor() {
          throw new Error("out of threads");
        }
      },
    );
    expect(await reason()).toBe("a worker thread failed: out of threads");
  });

  test("where one ends with an error", async () => {
    replaceWorkers(
      class extends NodeWorker {
        constructor() {
          super(new URL("data:text/javascript,throw new Error('broken')"));
        }
      },
    );
    expect(await reason()).toBe("a worker thread failed: broken");
  });

  test("but with those of a browser it uses them", async () => {
    replaceWorkers(undefined);
    vi.stubGlobal("crossOriginIsolated", true);
    vi.stubGlobal("Worker", WebWorker);
    const workers = workersFromNow();
    const { compiled } = await started(2);
    expect(workers.length).toBe(1);
    const ended = exits(workers);
    compiled.dispose();
    await ended;
  });
});

/** A worker of a browser, as far as the engine uses it: the file runs with nothing of Node's in sight. */
class WebWorker {
  onerror: ((event: Error) => void) | null = null;
  private readonly worker: NodeWorker;

  constructor(url: URL, { type }: { type: string }) {
    expect(type).toBe("module");
    const page = `
      import { parentPort } from "node:worker_threads";
      globalThis.process = undefined;
      await import(${JSON.stringify(url.href)});
      parentPort.on("message", (data) => globalThis.onmessage({ data }));`;
    this.worker = new NodeWorker(new URL(`data:text/javascript,${encodeURIComponent(page)}`));
    this.worker.on("error", (error) => this.onerror?.(error));
  }

  postMessage(message: unknown): void {
    this.worker.postMessage(message);
  }

  terminate(): void {
    void this.worker.terminate();
  }
}

describe("without a number of threads", () => {
  const large = (x: Tensor): Tensor => matmul(x, x);
  const x = random.normal(random.key(1), [512, 512]);
  const count = Math.min(8, availableParallelism());

  test("a program that gains takes those of the host, with the same bits as on one", () => {
    const own = watched(wasm());
    const compiled = compile(large, { backend: own });
    const expected = compile(large, { backend: wasm({ threads: 1 }) })(x);
    expectTensorsEqual(compiled(x), expected, "first");
    if (count > 1) {
      const ran = (): number => own.use().sharesRun.reduce((a, b) => a + b, 0);
      repeatUntil(
        () => ran() > 0,
        () => expectTensorsEqual(compiled(x), expected, "again"),
        "workers have run a share",
      );
      expect(own.use()).toMatchObject({ count, dividedSteps: 1, reason: null });
    }
    compiled.dispose();
  });

  test("backends share the workers, and one that was disposed of goes on without them", () => {
    const [first, second] = [wasm(), wasm()];
    const [f, g] = [compile(large, { backend: first }), compile(large, { backend: second })];
    const expected = f(x);
    f(x);
    first.dispose();
    for (let call = 0; call < 3; call++) {
      expectTensorsEqual(f(x), expected, "disposed of");
      expectTensorsEqual(g(x), expected, "the other");
    }
    f.dispose();
    g.dispose();
  });

  test("a program of small steps, or of few large ones, stays on the calling thread", () => {
    for (const size of [16, 96]) {
      const own = watched(wasm());
      const compiled = compile(large, { backend: own });
      const small = random.normal(random.key(2), [size, size]);
      compiled(small);
      compiled(small);
      expect(own.executables.at(-1)?.describe().threads).toBe(undefined);
    }
  });
});

test("a process ends by itself while its workers wait, and while they are starting", async () => {
  const folder = mkdtempSync(join(tmpdir(), "autograd-threads-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const source = (path: string): string => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));
  const bundle = await rolldown({ input: source("index.ts"), platform: "node" });
  await bundle.write({ file: join(folder, "engine.js") });
  await bundle.close();
  copyFileSync(source("compile/threads/worker.js"), join(folder, "worker.js"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(
    join(folder, "main.js"),
    `
      import { compile, matmul, random, wasm } from "./engine.js";
      let executable;
      const pool = wasm({ threads: 3 });
      const backend = { name: "wasm", lower: (...program) => (executable = pool.lower(...program)) };
      const f = compile((x) => matmul(x, x), { backend });
      const x = random.normal(random.key(1), [128, 128]);
      const ran = () => executable?.describe().threads.sharesRun.every((n) => n > 0) ?? false;
      do f(x); while (process.argv[2] === "long" && !ran());
      console.log("ran", executable.describe().threads.count);
    `,
  );
  for (const length of ["long", "short"]) {
    const child = spawn(process.execPath, [join(folder, "main.js"), length]);
    onTestFinished(() => void child.kill("SIGKILL"));
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
    const code = await soon(new Promise((resolve) => child.once("close", resolve)), "the process has ended");
    expect(output).toBe("ran 3\n");
    expect(code).toBe(0);
  }
});
