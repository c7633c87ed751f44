/** The part of the JavaScript interface of WebAssembly that is used here. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Readonly<Record<string, unknown>> };
  validate(bytes: Uint8Array): boolean;
};

/** A module whose one function multiplies and adds in one instruction, f32x4.relaxed_madd. */
const fusedMultiplyAdd = new Uint8Array([
  ...[0, 97, 115, 109, 1, 0, 0, 0], // magic number and version
  ...[1, 8, 1, 96, 3, 123, 123, 123, 1, 123], // type: (v128, v128, v128) → v128
  ...[3, 2, 1, 0], // one function of it
  ...[10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2, 0xfd, 0x85, 0x02, 11], // its body
]);

/** Whether this runtime's WebAssembly has fused multiply-adds. */
export function hasRelaxedSimd(): boolean {
  return WebAssembly.validate(fusedMultiplyAdd);
}

/** A function that a module without imports exports. */
export function exportedFunction(module: Uint8Array, name: string): (...parameters: number[]) => number {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module));
  const found = exports[name];
  if (typeof found !== "function") throw new ReferenceError(`the module exports no function ${name}`);
  return (...parameters) => Number(found(...parameters));
}
