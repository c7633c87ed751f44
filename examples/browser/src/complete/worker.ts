// The model works here, so that the page stays awake.
import { loadModel, type Model } from "@scoretape/score/model";
import { completeDigit, drawDigit } from "./digits.ts";
import type { Reply, Task } from "./messages.ts";

const model = fetchModel(new URL("../../model/mnist.safetensors", import.meta.url));

async function fetchModel(address: URL): Promise<Model> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the model does not load: ${address}: ${response.status}`);
  return loadModel(await response.arrayBuffer());
}

function reply(message: Reply): void {
  postMessage(message);
}

async function answer(task: Task): Promise<Float32Array> {
  const onStep = (share: number, pixels?: Float32Array): void =>
    reply({ kind: "step", share, ...(pixels === undefined ? {} : { pixels }) });
  return task.kind === "draw"
    ? drawDigit(await model, task, onStep)
    : completeDigit(await model, task, onStep);
}

addEventListener("message", async ({ data }: MessageEvent<Task>) => {
  try {
    reply({ kind: "done", pixels: await answer(data) });
  } catch (error) {
    reply({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
  }
});
