import { resolveObjectURL } from "node:buffer";
import { availableParallelism } from "node:os";
import { Worker as Thread } from "node:worker_threads";

/** What a worker of the Web finds in its global scope. */
const scope = `
const { parentPort } = require("node:worker_threads");
globalThis.self = globalThis;
globalThis.postMessage = (message) => parentPort.postMessage(message);
parentPort.on("message", (data) => self.onmessage({ data }));
`;

/** As much of the Web's Worker as jax-js uses, on a thread of Node: its source is a Blob, its messages are cloned. */
export class BlobWorker {
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onerror: ((error: Error) => void) | null = null;
  readonly #thread: Promise<Thread>;

  constructor(url: string) {
    this.#thread = threadOf(url);
    this.#thread.then(
      (thread) => {
        thread.on("message", (data) => this.onmessage?.({ data }));
        thread.on("error", (error) => this.onerror?.(error));
      },
      (error) => this.onerror?.(error),
    );
  }

  postMessage(message: unknown): void {
    // What comes before the thread has started waits for it; promises keep the order.
    this.#thread.then(
      (thread) => thread.postMessage(message),
      () => {},
    );
  }

  async terminate(): Promise<void> {
    await (await this.#thread).terminate();
  }
}

async function threadOf(url: string): Promise<Thread> {
  const blob = resolveObjectURL(url);
  if (blob === undefined) throw new Error(`${url} is not the URL of a Blob`);
  return new Thread(scope + (await blob.text()), { eval: true });
}

/** Lets jax-js find what it makes threads of in a browser; before its backend starts. */
export function offerWorkers(): void {
  const offer = (name: string, value: unknown): void => {
    Object.defineProperty(globalThis, name, { value, configurable: true });
  };
  offer("Worker", BlobWorker);
  // Node has it from version 21 on; jax-js makes four threads where it does not know better.
  if (!("navigator" in globalThis)) offer("navigator", { hardwareConcurrency: availableParallelism() });
}
