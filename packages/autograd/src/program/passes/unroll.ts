import { eager } from "../../backend.ts";
import { Capture } from "../../interpret/capture.ts";
import { within } from "../../interpret/escape.ts";
import type { Program } from "../../interpret/program.ts";
import { optimize } from "./passes.ts";

/** The program with the runs of its loops one after another, for a target that runs a list of commands. */
export function unrolled(program: Program): Program {
  if (!program.equations.some((equation) => "body" in equation)) return program;
  const recorder = new Capture({ expand: true, unroll: true });
  const inputs = program.inputs.map((x) => recorder.input({ ...x, backend: eager }));
  const flat = recorder.finish(within(recorder, () => program.replay(inputs)));
  // What was repeated in a body has become whole arrays.
  return optimize(flat).at(-1)?.program ?? flat;
}
