import { type Engine, engineOf } from "../implementations/scoretape/engine.ts";
import { openOn } from "../implementations/scoretape/open.ts";
import { arraysOf } from "../workloads/arrays.ts";
import { workloads } from "../workloads/workload.ts";
import { bytesHeld, collectGarbage, heapInUse } from "./heap.ts";
import type { Case, Suite } from "./suite.ts";

/** What the steps of a training leave to the garbage collector. */
export const allocation: Suite = {
  name: "allocation",
  seconds: 20,
  title: "memory of a training step: allocated in it, and kept after it over many",
  cases: () =>
    ["W1", "W1s"].flatMap((id) => [
      ...casesOf(id, "eager", engineOf("eager-wasm")),
      ...casesOf(id, "compiled", engineOf("wasm-1")),
    ]),
};

function casesOf(id: string, how: string, engine: Engine): Case[] {
  const workload = workloads.find((one) => one.id === id);
  if (workload === undefined) throw new RangeError(`no workload ${id}`);
  const work = openOn({ workload, arrays: arraysOf(workload) }, engine);
  return [
    {
      row: `${id}, ${how}`,
      column: "allocated in a step",
      unit: "kB",
      measure: async () => {
        await work.run(3);
        // One step is too short for a collection to come in between, after a forced one.
        collectGarbage();
        const before = bytesHeld();
        await work.run(1);
        return (bytesHeld() - before) / 1e3;
      },
    },
    {
      row: `${id}, ${how}`,
      column: "kept",
      unit: "B a step",
      measure: async ({ heapTime }) => {
        await work.run(1);
        const before = heapInUse();
        const end = performance.now() + heapTime / 1e6;
        let steps = 0;
        do {
          await work.run(10);
          steps += 10;
        } while (performance.now() < end);
        return (heapInUse() - before) / steps;
      },
    },
  ];
}
