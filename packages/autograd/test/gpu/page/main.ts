// Runs in a browser: what it finds goes back to the test as plain numbers.
import "./observe.ts";
import { type GpuProgramMode, gpu } from "../../../src/gpu.ts";
import { add, compile, read, type Tensor, tensor } from "../../../src/index.ts";
import { subjects } from "../../support/cases/index.ts";
import { differencesOf, hardRun, onProgram } from "../../support/hardArguments.ts";
import { lineDifferences } from "../../support/hardLines.ts";
import { agreesWithReference, type OpParity } from "../../support/opParity.ts";
import { openMode, type Work, workIn } from "./backends.ts";
import { differences, train } from "./functions.ts";
import { observed } from "./observe.ts";

/** Fails unless an op of the registry agrees with the reference in a mode. */
async function op(
  mode: GpuProgramMode,
  name: string,
  runs: { readonly seed: number; readonly numRuns: number },
): Promise<Work<OpParity>> {
  const subject = subjects.find((one) => one.name === name);
  if (subject === undefined) throw new Error(`the page has no op ${name}`);
  return workIn(mode, (backend) => agreesWithReference(subject, backend, runs));
}

function call(owner: unknown, name: string, ...parameters: unknown[]): unknown {
  const method: unknown = typeof owner === "object" && owner !== null ? Reflect.get(owner, name) : null;
  if (typeof method !== "function") throw new TypeError(`there is no ${name}`);
  return Reflect.apply(method, owner, parameters);
}

/** Takes the GPU away from a program, and tells what the program says then. */
async function lose(
  mode: GpuProgramMode,
): Promise<{ read: number[]; pending: string; message: string; next: string }> {
  const backend = await gpu({ mode, allowSoftware: true });
  const double = compile((a: Tensor) => add(a, a), { backend, donate: [0] });
  const first = await double(tensor([1, 2]));
  await read(first);
  const second = await double(first);
  const failure = (error: unknown): string => String(error);
  const pending = read(second).then(() => "read", failure);
  if (mode === "webgpu") call(await observed.latest("requestDevice"), "destroy");
  else call(call(observed.latest("getContext"), "getExtension", "WEBGL_lose_context"), "loseContext");
  const message = await read(second).then(() => "read", failure);
  const next = await double(first).then(() => "ran", failure);
  return { read: [...first.data], pending: await pending, message, next };
}

Object.assign(globalThis, {
  openMode,
  op,
  hardArguments: (mode: GpuProgramMode) => workIn(mode, (backend) => differencesOf(hardRun(backend), 6e-6)),
  hardLines: (mode: GpuProgramMode) => workIn(mode, (backend) => lineDifferences(onProgram(backend), 1, 5)),
  differences: (mode: GpuProgramMode) => workIn(mode, differences),
  train: (mode: GpuProgramMode) => workIn(mode, train),
  lose,
  automatic: () => gpu().then(({ mode, reason }) => ({ mode, reason })),
});
