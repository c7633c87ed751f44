import type { Family } from "../../src/implementations/candidate.ts";
import { quick } from "../../src/measure/effort.ts";
import type {
  JobRecord,
  Measured,
  MicroRecord,
  Report,
  RunRecord,
  StartRecord,
} from "../../src/report/record.ts";
import { tiny } from "./work.ts";

const roof = { oneThread: 40, twoThreads: 60, fused: null, copyMemory: 10, copyCache: 100 };

export const run: RunRecord = {
  type: "run",
  date: "2026-01-02T03:04:05.000Z",
  finished: "2026-01-02T03:06:05.000Z",
  mode: "quick",
  effort: quick,
  environment: {
    cpu: "Imaginary Processor @ 3 GHz",
    cores: 2,
    cpuFlags: ["avx2"],
    memoryBytes: 2 ** 33,
    platform: "linux x64",
    node: "20.0.0",
    v8: "11.3",
    execArgv: [],
    commit: "abc1234",
  },
  loadBefore: { averages: [0.1, 0.1, 0.1], busy: 0.02 },
  roofBefore: roof,
  roofAfter: null,
  versions: { "a-peer": "1.2.3" },
};

/** The rounds of an implementation, in ms. */
export function result(workload: string, candidate: string, milliseconds: readonly number[]): Measured {
  const [family = ""] = candidate.split("/");
  return {
    type: "result",
    workload,
    candidate,
    family: family as Family,
    title: `the title of ${candidate}`,
    status: "measured",
    seconds: milliseconds.map((time) => time / 1e3),
    repetitions: 1,
    settled: true,
    warmUpSeconds: 1,
    processors: 1,
    notes: [],
  };
}

export function reportWith(
  results: Report["results"],
  more: { starts?: readonly StartRecord[]; jobs?: readonly JobRecord[]; micro?: readonly MicroRecord[] } = {},
): Report {
  const ids = [...new Set(results.map(({ workload }) => workload))];
  return {
    run,
    workloads: ids.map((id) => ({
      type: "workload",
      workload: tiny(id).workload,
      reference: { values: [1] },
      othersLoad: [0.01],
    })),
    results,
    starts: more.starts ?? [],
    jobs: more.jobs ?? [],
    micro: more.micro ?? [],
  };
}
