import type { Reply, Task } from "./messages.ts";

/** Asks the worker for images, one after another. */
export class Artist {
  readonly #worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });

  /** @throws Error with what the worker says when it fails */
  ask(task: Task, onStep: (share: number, pixels: Float32Array | undefined) => void): Promise<Float32Array> {
    return new Promise((resolve, reject) => {
      this.#worker.onerror = ({ message }) => reject(new Error(message || "the worker does not start"));
      this.#worker.onmessage = ({ data }: MessageEvent<Reply>) => {
        if (data.kind === "step") onStep(data.share, data.pixels);
        else if (data.kind === "done") resolve(data.pixels);
        else reject(new Error(data.message));
      };
      this.#worker.postMessage(task);
    });
  }
}
