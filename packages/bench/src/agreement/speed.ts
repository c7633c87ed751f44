import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Tensor, tree } from "@scoretape/autograd";
import { onnx, stableHlo } from "@scoretape/autograd/export";
import type { Candidate, Family } from "../implementations/candidate.ts";
import { candidatesOn } from "../implementations/candidates.ts";
import { ownNode } from "../implementations/runtimes.ts";
import { stepsOf } from "../implementations/scoretape/steps.ts";
import { thorough } from "../measure/effort.ts";
import { referenceOf } from "../measure/reference.ts";
import { measure } from "../measure/rounds.ts";
import { advantage, isMeasured } from "../report/best.ts";
import { markdownTable, showNumber, showTimes } from "../report/numbers.ts";
import type { ResultRecord } from "../report/record.ts";
import { startWorker } from "../worker/connection.ts";
import { arraysOf } from "../workloads/arrays.ts";
import { writeWorkload } from "../workloads/files.ts";
import { type Training, workloads } from "../workloads/workload.ts";
import { encoded } from "./engines.ts";
import { pathsOf, single } from "./steps.ts";

/** Whose whole steps, with Adam, are timed. */
const timed = ["W1", "W4"];

const always = (): boolean => true;

function exported(path: string): Candidate[] {
  const script = fileURLToPath(new URL("../../python/exported_worker.py", import.meta.url));
  const one = (family: Family, variant: string, title: string): Candidate => ({
    ...{ id: `exported/${variant}`, family, variant, title, handles: always, quick: always },
    launch: {
      command: path,
      args: ["-B", script, ...(variant.endsWith(":1") ? ["--one-thread"] : [])],
    },
  });
  return [
    one("XLA", "xla", "exported, XLA, all threads"),
    one("XLA", "xla:1", "exported, XLA, 1 thread"),
    one("ONNX Runtime", "onnx", "exported, ONNX Runtime, all threads"),
    one("ONNX Runtime", "onnx:1", "exported, ONNX Runtime, 1 thread"),
  ];
}

/** Steps of W1 and W4 as they are exported, beside those compiled here: times in turn, and their ratios round by round. */
export async function timedSteps(path: string, log: (line: string) => void): Promise<ResultRecord[]> {
  const own = candidatesOn({ nodes: [ownNode()], python: null }).filter(({ id }) =>
    ["scoretape/wasm-1", "scoretape/wasm-2"].includes(id),
  );
  const results: ResultRecord[] = [];
  for (const workload of workloads) {
    if (workload.kind !== "training" || !timed.includes(workload.id)) continue;
    const loaded = { workload, arrays: arraysOf(workload) };
    const folder = mkdtempSync(join(tmpdir(), "scoretape-agree-"));
    try {
      writeWorkload(folder, loaded);
      writeStep(folder, workload);
      const task = { workload, folder, reference: await referenceOf(loaded) };
      const stage = { connect: startWorker, log };
      results.push(...(await measure(task, [...own, ...exported(path)], thorough, stage)).results);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  return results;
}

/** A whole step as a program in both formats, and the state before the first. */
function writeStep(folder: string, workload: Training): void {
  const arrays = arraysOf(workload);
  const { advance, start } = stepsOf(workload, arrays, single);
  const first = start();
  const { leaves, unflatten } = tree.flatten(first);
  const paths = pathsOf(first);
  const step = (state: readonly Tensor[], x: Tensor, v: Tensor): Tensor[] => {
    const { layers, state: moments } = unflatten([...state]);
    const [loss, next, later] = advance(layers, moments, x, v);
    return [loss, ...tree.leaves({ layers: next, state: later })];
  };
  const batch = (name: string): Tensor => {
    const array = arrays.get(name);
    if (array === undefined) throw new RangeError(`${workload.id} has no ${name}`);
    const shape = array.shape.slice(1);
    const size = shape.reduce((product, length) => product * length, 1);
    return single({ shape, data: array.data.subarray(0, size) });
  };
  const args: [Tensor[], Tensor, Tensor] = [leaves, batch("x"), batch("v")];
  writeFileSync(join(folder, "step.mlir"), stableHlo(step, args).text);
  writeFileSync(join(folder, "step.onnx"), onnx(step, args).bytes);
  const means = paths.flatMap((path, i) => (path.startsWith("state.mean.") ? [i] : []));
  writeFileSync(join(folder, "exported.json"), JSON.stringify({ state: leaves.map(encoded), means }));
}

/** Times, and how many times that of WebAssembly on one thread they are in the rounds of both. */
export function speedTable(results: readonly ResultRecord[]): string {
  const measured = results.filter(isMeasured);
  const rows = results.map((result) => {
    const name = `${result.workload}, ${result.title}`;
    if (!isMeasured(result)) return [name, `${result.status}: ${result.reason}`, "", ""];
    const base = measured.find(
      ({ workload, candidate }) => workload === result.workload && candidate === "scoretape/wasm-1",
    );
    if (base === undefined) return [name, showTimes(result.seconds), "", ""];
    const { ratio, interval } = advantage(base, result);
    const range = `${showNumber(interval.low)} – ${showNumber(interval.high)}`;
    return [name, showTimes(result.seconds), showNumber(ratio), range];
  });
  return markdownTable(["", "a step", "of WebAssembly's, 1 thread", "interval"], rows);
}
