import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The folder of the package for Python, and of its scripts for tests. */
const packageOfXla = new URL("../../../xla/", import.meta.url);

export interface PythonOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningPython {
  readonly process: ChildProcess;
  readonly outcome: Promise<PythonOutcome>;
}

/** Python with the package `scoretape_xla`, with so many devices that the processor stands in for. */
export function python(
  words: readonly string[],
  { devices = 1, input = "" }: { readonly devices?: number; readonly input?: string } = {},
): RunningPython {
  const child = spawn(process.env.SCORETAPE_PYTHON ?? "python3", ["-B", ...words], {
    env: {
      ...process.env,
      PYTHONPATH: fileURLToPath(packageOfXla),
      XLA_FLAGS: `--xla_force_host_platform_device_count=${devices}`,
    },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const outcome = new Promise<PythonOutcome>((resolve) => {
    child.on("error", (error) => resolve({ code: null, stdout, stderr: String(error) }));
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  return { process: child, outcome };
}

/** What a script of the package's tests answers. */
export async function answerOf(script: string, question: object, devices: number): Promise<unknown> {
  const path = fileURLToPath(new URL(`tests/${script}`, packageOfXla));
  const { code, stdout, stderr } = await python([path], { devices, input: JSON.stringify(question) }).outcome;
  if (code !== 0) throw new Error(stderr.slice(-2000));
  return JSON.parse(stdout);
}

/** Whether there is a Python that can import JAX, or has to be. */
export async function hasJax(): Promise<boolean> {
  if (process.env.SCORETAPE_REQUIRE_XLA !== undefined) return true;
  const { code } = await python(["-c", "import jax"]).outcome;
  if (code !== 0)
    console.log("XLA: left out, for python3 cannot import jax; SCORETAPE_REQUIRE_XLA=1 makes that a failure");
  return code === 0;
}
