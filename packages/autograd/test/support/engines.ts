import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { DType, Values } from "../../src/dtype.ts";
import { type Tensor, tensor } from "../../src/index.ts";

/** The Python of the tests. */
export const python = process.env.SCORETAPE_PYTHON ?? "python3";

/** A program for another engine, with arguments to try it at. */
export interface Job {
  readonly program: string;
  readonly inputs: readonly Tensor[];
}

interface Encoded {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: string;
}

/** Whether ONNX Runtime is required in Python: `SCORETAPE_REQUIRE_ORT=node` asks for that of Node and pages alone. */
export const requiresOrtInPython = !["node", undefined].includes(process.env.SCORETAPE_REQUIRE_ORT);

/** Whether a Python has some modules, or they are required. */
export async function hasModules(names: readonly string[], isRequired: boolean): Promise<boolean> {
  if (isRequired) return true;
  return run(["-c", `import ${names.join(", ")}`]).then(
    () => true,
    () => false,
  );
}

/** What a script of Python writes to its standard output, given what it reads, both as JSON. */
export async function askPython(script: URL, given: unknown, path: URL): Promise<unknown> {
  const env = { PYTHONPATH: fileURLToPath(path) };
  return JSON.parse(await run(["-B", fileURLToPath(script)], JSON.stringify(given), env));
}

/** Runs programs in one process of Python, by a script that reads jobs and writes their results. */
export async function runInPython(script: URL, jobs: readonly Job[], path?: URL): Promise<Tensor[][]> {
  const input = JSON.stringify(jobs.map(({ program, inputs }) => ({ program, inputs: inputs.map(encode) })));
  const output = await run(
    ["-B", fileURLToPath(script)],
    input,
    path === undefined ? {} : { PYTHONPATH: fileURLToPath(path) },
  );
  const results: Encoded[][] = JSON.parse(output);
  return results.map((job) => job.map(decode));
}

function run(args: readonly string[], input = "", env: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { env: { ...process.env, ...env }, maxBuffer: 2 ** 28 };
    const child = execFile(python, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${python} failed: ${stderr.slice(-2000)}`, { cause: error }));
    });
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}

function encode({ dtype, shape, data }: Tensor): Encoded {
  return {
    dtype,
    shape,
    data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64"),
  };
}

function decode({ dtype, shape, data }: Encoded): Tensor {
  const { buffer } = Uint8Array.from(Buffer.from(data, "base64"));
  const views: Readonly<Record<DType, () => Values>> = {
    float32: () => new Float32Array(buffer),
    float64: () => new Float64Array(buffer),
    uint32: () => new Uint32Array(buffer),
  };
  return tensor(views[dtype](), { shape, dtype });
}
