import { cast, js, type Tensor, tensor, wasm } from "@scoretape/autograd";
import { data, noiseLevelObjective, probes, type TrainingBackend, type TrainOptions } from "@scoretape/score";
import {
  type Description,
  describe,
  fingerprint,
  keysOf,
  noiseLevels,
  type Parameters,
  type TrainingData,
  trainingOf,
} from "@scoretape/score/model";
import type { Settings } from "./settings.ts";
import type { Source } from "./state.ts";
import { hasOwnProbes, wishesOf } from "./wishes.ts";

/** A training of the playground: what it is on, and how it goes. */
export interface Job {
  readonly source: Source;
  readonly settings: Settings;
}

/** Rows in their own units, and where they come from. */
export interface Loaded {
  readonly name: string;
  readonly set: data.DataSet | null;
  readonly columns: readonly string[];
  readonly units: readonly string[];
  readonly values: Tensor;
  /** Of a set that has no rows of its own there are as many fresh ones as one likes. */
  readonly isDrawn: boolean;
}

/** The rows of a training, as the command has them. */
export function loaded(source: Source, seed: number): Loaded {
  if (source.kind === "points") {
    const [x, y] = source.values;
    const { name, columns } = source;
    if (x.length < 2) {
      const count = x.length === 0 ? "there are none" : "there is one";
      throw new RangeError(
        `A score is learned from two points or more, and ${count}: draw some, or read a table.`,
      );
    }
    const values = tensor(
      Float64Array.from({ length: 2 * x.length }, (_, i) => (i % 2 === 0 ? x : y)[i >> 1] ?? 0),
      { shape: [x.length, 2] },
    );
    return { name, set: null, columns, units: [], values, isDrawn: false };
  }
  const set = data.byName(source.name);
  const own = data.isRows(set);
  const values = cast(own ? set.rows() : set.sample(keysOf(seed).rows, source.rows), "float64");
  const { name, columns, units = [] } = set;
  return { name, set, columns, units, values, isDrawn: !own };
}

/** A training that may begin. */
export interface Prepared {
  readonly rows: Loaded;
  readonly description: Description;
  readonly training: TrainOptions<Parameters>;
}

/** The library's description of a training, and what its `train` needs. */
export function prepared({ source, settings }: Job): Prepared {
  const rows = loaded(source, settings.seed);
  const { columns, units, values, set } = rows;
  const which = { rows: values.shape[0] ?? 0, sha256: fingerprint({ columns, values }) };
  const from: TrainingData = { kind: set === null ? "file" : "set", name: rows.name, ...which };
  const description = describe({ data: from, columns, units, values, set }, wishesOf(settings, source));
  const training = trainingOf(description, values);
  return {
    rows,
    description,
    training: hasOwnProbes(settings) ? { ...training, objective: sliced(settings, description) } : training,
  };
}

function sliced(
  { loss, law, probes: count }: Settings,
  { settings }: Description,
): TrainOptions<Parameters>["objective"] {
  return noiseLevelObjective(loss, noiseLevels(settings), {
    probes: (key, [n = 0, d = 0]) => probes[law](key, [count, n, d]),
  });
}

/** What runs the steps, in words too. */
export interface Running {
  readonly backend: TrainingBackend;
  readonly told: string;
  /** Why it can do nothing any more, as a GPU may; null while it can. */
  lost(): string | null;
}

const lasting = (backend: TrainingBackend, told: string): Running => ({ backend, told, lost: () => null });

/** Opens what was asked for, or what is there in its place. */
export async function running(name: Settings["backend"]): Promise<Running> {
  if (name === "js") return lasting(js, "JavaScript, op by op");
  if (name === "threads" && globalThis.crossOriginIsolated) {
    return lasting(wasm(), "WebAssembly, on the threads of this machine where they pay");
  }
  const single = wasm({ threads: 1 });
  if (name === "threads") {
    return lasting(single, "WebAssembly on one thread: this page is not cross-origin isolated");
  }
  if (name === "wasm") return lasting(single, "WebAssembly on one thread");
  try {
    // Only here: GPU.js is large.
    const { gpu } = await import("@scoretape/autograd/gpu");
    const backend = await gpu({ mode: "webgpu", strict: true });
    return { backend, told: `WebGPU on ${backend.adapter}`, lost: backend.lost };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return lasting(single, `WebAssembly on one thread: ${why}`);
  }
}
