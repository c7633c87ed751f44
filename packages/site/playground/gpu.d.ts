import type { AsyncProgramBackend } from "@scoretape/autograd";

// What is taken of `@scoretape/autograd/gpu`, whose sources are written for types without those of a page.

export function gpu(options: {
  readonly mode: "webgpu";
  readonly strict: boolean;
}): Promise<AsyncProgramBackend & { readonly adapter: string; lost(): string | null }>;
