import wabt from "wabt";

/** Chains that do not wait for each other: as many as fit into 16 registers beside two constants. */
const CHAINS = 12;

/** Operations of one turn of the kernel's loop: a multiplication and an addition in each of four lanes. */
export const OPERATIONS_PER_TURN = CHAINS * 4 * 2;

/**
 * A WebAssembly module that exports `roof`, turns ↦ a number: x ← 0.999·x + 0.001 in every lane of every chain,
 * without a memory access, with multiplication and addition in one instruction or in two.
 */
export async function roofKernel(fused: boolean): Promise<Uint8Array> {
  const chains = Array.from({ length: CHAINS }, (_, i) => `$x${i}`);
  const turn = (x: string): string =>
    fused
      ? `(local.set ${x} (f32x4.relaxed_madd (local.get ${x}) (local.get $m) (local.get $c)))`
      : `(local.set ${x} (f32x4.add (f32x4.mul (local.get ${x}) (local.get $m)) (local.get $c)))`;
  const total = chains.map((x) => `(local.get ${x})`).reduce((sum, x) => `(f32x4.add ${sum} ${x})`);
  const text = `(module (func (export "roof") (param $turns i32) (result f32)
    (local $m v128) (local $c v128) ${chains.map((x) => `(local ${x} v128)`).join(" ")}
    (local.set $m (f32x4.splat (f32.const 0.999)))
    (local.set $c (f32x4.splat (f32.const 0.001)))
    (loop $again
      ${chains.map(turn).join("\n      ")}
      (local.set $turns (i32.sub (local.get $turns) (i32.const 1)))
      (br_if $again (local.get $turns)))
    (f32x4.extract_lane 0 ${total})))`;
  const { parseWat } = await wabt();
  const module = parseWat("roof.wat", text, { simd: true, relaxed_simd: true });
  const { buffer } = module.toBinary({});
  module.destroy();
  return buffer;
}
