import { ModuleBuilder, type Target } from "./emitter/module.ts";
import { F32x4 } from "./emitter/vector.ts";

/** The memory of a program; its buffer is a SharedArrayBuffer when it is shared between threads. */
export interface Memory {
  readonly buffer: ArrayBuffer;
}

/** A compiled module. */
export type Module = object;

/** A function of a module: addresses in bytes and sizes in, results in the memory. */
export type KernelFunction = (...parameters: number[]) => void;

/** The part of the JavaScript interface of WebAssembly that is used here. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => Module;
  readonly Instance: new (
    module: Module,
    imports: { readonly env: { readonly memory: Memory } },
  ) => { readonly exports: Readonly<Record<string, unknown>> };
  readonly Memory: new (limits: {
    readonly initial: number;
    readonly maximum?: number;
    readonly shared?: boolean;
  }) => Memory;
  validate(bytes: Uint8Array): boolean;
};

const PAGE = 0x10000;

/** Whether the host runs WebAssembly with vector instructions, plain or relaxed. */
export function supports(target: Target): boolean {
  if (typeof WebAssembly === "undefined") return false;
  const probe = new ModuleBuilder(target);
  probe.define("probe", ["at"], (f, { at }) => {
    const x = f.let(F32x4.load(at));
    f.store(at, f.madd(x, x, x));
  });
  return WebAssembly.validate(probe.finish());
}

/**
 * The target of the functions that take the option `relaxed`: without it, instructions that have one result on every
 * machine.
 *
 * @throws Error where relaxed SIMD is asked for and the host has none
 */
export function targetOf(name: string, { relaxed = false }: { readonly relaxed?: boolean }): Target {
  if (!relaxed) return { relaxed };
  if (!supports({ relaxed })) {
    throw new Error(
      `${name}: this host's WebAssembly has no relaxed SIMD; leave \`relaxed\` out, or take Node 22 or newer (Node 20 has ` +
        "it behind the flag --experimental-wasm-relaxed-simd) or a current browser",
    );
  }
  // V8 has memories of 64-bit addresses, as this module's, from 13.3 on (Node 24, Chrome 133). Up to 12.4 (Node 22) it loads the
  // operands of a whole step first: tall tiles are half as fast there, and 5 % faster from 13.6 on. Without fused
  // instructions they need one register too many.
  const memory64 = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 3, 1, 4, 0);
  return { relaxed, tall: WebAssembly.validate(memory64) };
}

/**
 * A memory of at least so many bytes. It is made large enough at once and never grows: growing would
 * detach every view of it.
 */
export function createMemory(bytes: number, options: { readonly shared?: boolean } = {}): Memory {
  const pages = Math.max(1, Math.ceil(bytes / PAGE));
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: options.shared === true });
}

/** Compiles a module; the caller keeps it by its kernels' signatures, for any number of memories. */
export function compileModule(module: ModuleBuilder): Module {
  return new WebAssembly.Module(module.finish());
}

/** The functions of a module on a memory, by name. Throws where one is asked for that it does not export. */
export function instantiate(module: Module, memory: Memory): (name: string) => KernelFunction {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return (name) => {
    const kernel = exports[name];
    if (typeof kernel !== "function") {
      throw new ReferenceError(
        `instantiate: the module exports ${Object.keys(exports).join(", ")}, not ${name}`,
      );
    }
    return kernel as KernelFunction;
  };
}
