import { type Backend, js, type ProgramBackend, wasm } from "@scoretape/autograd";
import { type Command, Option } from "commander";
import { oneOf, wholeNumber } from "../terminal/arguments.ts";

const described = {
  wasm: "WebAssembly",
  js: "plain JavaScript",
  gpu: "a GPU, by WebGPU",
} as const;

/** What can run the compiled steps of a command. */
export type BackendName = keyof typeof described;

/** What runs the compiled steps. */
export interface BackendFlags {
  readonly backend: BackendName;
  readonly threads: number;
}

export function addBackendOptions(command: Command, names: readonly BackendName[]): Command {
  const choices = names.map((name) => `${name} (${described[name]})`).join(", ");
  return command
    .addOption(
      new Option("--backend <name>", `what runs the compiled steps: ${choices}`)
        .argParser(oneOf("--backend", names))
        .default("wasm"),
    )
    .option("--threads <number>", "threads that share a WebAssembly step", wholeNumber("--threads"), 1);
}

/**
 * One backend for all the sampling of a command, so that its programs share their modules and threads. A GPU trains;
 * the samples are drawn in WebAssembly.
 */
export function backendOf({ backend, threads }: BackendFlags): Backend | ProgramBackend {
  return backend === "js" ? js : wasm({ threads });
}
