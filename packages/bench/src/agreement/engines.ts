import type { DType, Tensor } from "@scoretape/autograd";
import { onnx, stableHlo } from "@scoretape/autograd/export";
import { missingModules, runScript } from "../python/run.ts";
import type { Results, Steps } from "./steps.ts";

/** What runs exported programs. */
export interface Engine {
  readonly name: string;
  /** Does the steps of each, in one process. */
  run(all: readonly Steps[]): Promise<Results[]>;
}

interface Encoded {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: string;
}

interface Kind {
  readonly name: string;
  readonly modules: readonly string[];
  /** The engine's name in `exported.py`, and the program for it. */
  program(steps: Steps): { readonly engine: string; readonly program: string };
}

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");

const kinds: readonly Kind[] = [
  {
    name: "XLA",
    modules: ["jax"],
    program: ({ step, state, given: [first = []] }) => ({
      engine: "xla",
      program: stableHlo(step, [state, first]).text,
    }),
  },
  ...([18, 21] as const).map((opset) => ({
    name: `ONNX Runtime, opset ${opset}`,
    modules: ["onnx", "onnxruntime"],
    program: ({ step, state, given: [first = []] }: Steps) => ({
      engine: "onnx",
      program: base64(onnx(step, [state, first], { opset }).bytes),
    }),
  })),
];

/** The engines that a Python has; what it lacks is told. */
export function enginesIn(path: string, log: (line: string) => void): Engine[] {
  const names = [...new Set(kinds.flatMap(({ modules }) => modules))];
  const missing = missingModules(path, names);
  return kinds.flatMap(({ name, modules, program }) => {
    const lacking = modules.filter((module) => missing.includes(module));
    if (lacking.length > 0) {
      log(
        `${name}: left out, for ${path} cannot import ${lacking.join(", ")}; give another by --python PATH`,
      );
      return [];
    }
    return [
      {
        name,
        run: async (all: readonly Steps[]) => {
          const jobs = all.map((steps) => jobOf(steps, program(steps)));
          const found: readonly EncodedResults[] = JSON.parse(
            await runScript(path, "exported.py", JSON.stringify(jobs)),
          );
          return found.map(resultsOf);
        },
      },
    ];
  });
}

function jobOf(
  { names, state, given }: Steps,
  program: { readonly engine: string; readonly program: string },
) {
  return {
    ...program,
    every: names.every.length,
    first: names.first.length,
    state: state.map(encoded),
    given: given.map((own) => own.map(encoded)),
  };
}

interface EncodedResults {
  readonly every: readonly (readonly Encoded[])[];
  readonly first: readonly Encoded[];
  readonly state: readonly Encoded[];
}

function resultsOf({ every, first, state }: EncodedResults): Results {
  return {
    every: every.map((step) => step.map(decoded)),
    first: first.map(decoded),
    state: state.map(decoded),
  };
}

/** A tensor as the scripts in Python read it. */
export function encoded({ dtype, shape, data }: Tensor): Encoded {
  return { dtype, shape, data: base64(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)) };
}

const views = { float32: Float32Array, float64: Float64Array, uint32: Uint32Array } as const;

function decoded({ dtype, data }: Encoded): Float32Array | Float64Array | Uint32Array {
  // A copy, which begins at a multiple of every element's size.
  const { buffer } = Uint8Array.from(Buffer.from(data, "base64"));
  return new views[dtype](buffer);
}
