import { type Backend, js, type ProgramBackend, wasm } from "@scoretape/autograd";
import { type Command, Option } from "commander";
import { oneOf, wholeNumber } from "../terminal/arguments.ts";

const names = ["wasm", "js"] as const;

/** What runs the compiled steps. */
export interface BackendFlags {
  readonly backend: (typeof names)[number];
  readonly threads: number;
}

export function addBackendOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--backend <name>", "what runs the compiled steps: WebAssembly, or plain JavaScript")
        .argParser(oneOf("--backend", names))
        .default("wasm"),
    )
    .option("--threads <number>", "threads that share a WebAssembly step", wholeNumber("--threads"), 1);
}

/** One backend for a whole command, so that its programs share their modules and threads. */
export function backendOf({ backend, threads }: BackendFlags): Backend | ProgramBackend {
  return backend === "js" ? js : wasm({ threads });
}
