import type { Message } from "./control.ts";

/** A worker thread of the host. It keeps no process alive. */
export interface WorkerThread {
  send(message: Message): void;
  end(): void;
}

interface NodeWorker {
  postMessage(message: Message): void;
  terminate(): Promise<number>;
  unref(): void;
  on(event: "error" | "messageerror", listener: (error: Error) => void): void;
}

interface NodeThreads {
  readonly Worker: new (url: object, options: { readonly execArgv: readonly string[] }) => NodeWorker;
}

interface WebWorker {
  postMessage(message: Message): void;
  terminate(): void;
  onerror: ((event: { readonly message?: string }) => void) | null;
}

declare global {
  interface ImportMeta {
    url: string;
  }
}
interface NodeModules {
  "node:worker_threads": NodeThreads;
  "node:os": { availableParallelism(): number };
}

declare const process:
  | { readonly getBuiltinModule?: <K extends keyof NodeModules>(name: K) => NodeModules[K] | undefined }
  | undefined;
declare const navigator: { readonly hardwareConcurrency?: number } | undefined;
declare const Worker: (new (url: object, options: { readonly type: "module" }) => WebWorker) | undefined;
declare const URL: new (path: string, base: string) => object;
declare const crossOriginIsolated: boolean | undefined;

function nodeThreads(): NodeThreads | undefined {
  return typeof process === "undefined" ? undefined : process.getBuiltinModule?.("node:worker_threads");
}

/** How many threads the host can run at the same time; 1 where it does not tell. */
export function processors(): number {
  const system = typeof process === "undefined" ? undefined : process.getBuiltinModule?.("node:os");
  if (system !== undefined) return system.availableParallelism();
  return typeof navigator === "undefined" ? 1 : (navigator.hardwareConcurrency ?? 1);
}

/** Why the host cannot share memory with worker threads, or `null` if it can. */
export function withoutThreads(): string | null {
  if (typeof SharedArrayBuffer === "undefined" || isIsolationMissing()) {
    return "this host shares no memory between threads; a page must be cross-origin isolated";
  }
  return nodeThreads() === undefined && typeof Worker === "undefined"
    ? "this host has no worker threads"
    : null;
}

function isIsolationMissing(): boolean {
  return typeof crossOriginIsolated !== "undefined" && !crossOriginIsolated;
}

/** Starts a worker. `failed` is called if it cannot start, or ends with an error. */
export function startWorker(failed: (reason: string) => void): WorkerThread {
  const threads = nodeThreads();
  if (threads !== undefined) {
    const worker = new threads.Worker(new URL("./worker.js", import.meta.url), { execArgv: [] });
    worker.on("error", ({ message }) => failed(message));
    worker.on("messageerror", ({ message }) => failed(message));
    worker.unref();
    return {
      send: (message) => worker.postMessage(message),
      end: () => void worker.terminate(),
    };
  }
  if (typeof Worker === "undefined") throw new Error("this host has no worker threads");
  // In this form bundlers see that the file belongs to a worker.
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  worker.onerror = ({ message }) => failed(message ?? "its file did not load");
  return {
    send: (message) => worker.postMessage(message),
    end: () => worker.terminate(),
  };
}
