import { afterEach, expect, test } from "vitest";
import { BlobWorker } from "../src/implementations/jax-js/workers.ts";

let worker: BlobWorker | null = null;
afterEach(() => worker?.terminate());

test("a worker from a Blob answers in order, on shared memory", async () => {
  const source = `
    let memory = null;
    self.onmessage = ({ data }) => {
      if (data.memory) memory = new Int32Array(data.memory);
      else postMessage((memory[0] += data));
    };`;
  const memory = new SharedArrayBuffer(4);
  const one = new BlobWorker(URL.createObjectURL(new Blob([source])));
  worker = one;
  const answers: unknown[] = [];
  const answered = new Promise<void>((resolve, reject) => {
    one.onerror = reject;
    one.onmessage = ({ data }) => {
      if (answers.push(data) === 2) resolve();
    };
  });
  for (const message of [{ memory }, 5, 7]) one.postMessage(message);
  await answered;
  expect(answers).toEqual([5, 12]);
  expect(new Int32Array(memory)[0]).toBe(12);
});

test("a worker without a source tells of it", async () => {
  const error = await new Promise<Error>((resolve) => {
    new BlobWorker("blob:nodedata:nothing").onerror = resolve;
  });
  expect(error.message).toBe("blob:nodedata:nothing is not the URL of a Blob");
});
