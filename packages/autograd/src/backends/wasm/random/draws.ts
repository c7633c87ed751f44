import type { FunctionBody } from "../emitter/body.ts";
import { ModuleBuilder, type Target } from "../emitter/module.ts";
import { I32 } from "../emitter/scalar.ts";
import { F32x4, I32x4 } from "../emitter/vector.ts";
import { storePartial } from "../partial.ts";
import { type Four, transpose4 } from "../transpose.ts";
import { normals } from "./boxMuller.ts";
import { philox, roundKeys } from "./philox.ts";

/** What is made of the words of four blocks: as many numbers, each a vector with one lane a block. */
type Draw = (f: FunctionBody, words: Four<I32x4>) => Four<F32x4>;

const each =
  (draw: (word: I32x4) => F32x4): Draw =>
  (f, words) =>
    words.map((word) => f.let(draw(word))) as [F32x4, F32x4, F32x4, F32x4];

const draws = {
  /** Draw i is word i. */
  bits: each((word) => word.asF32x4()),
  /** Draw i is the high 24 bits of word i, times 2⁻²⁴. */
  uniform: each((word) =>
    word
      .shr(8)
      .toF32x4()
      .mul(2 ** -24),
  ),
  /** Draw i is −1 where the top bit of word i is set, 1 elsewhere. */
  rademacher: each((word) => word.and(0x80000000).or(F32x4.constant(1).asI32x4()).asF32x4()),
  /** Box and Muller's pairs. */
  normal: normals,
} satisfies Record<string, Draw>;

export type DrawName = keyof typeof draws;

/**
 * A module with `draw(key, stream, firstBlock, size, output)`: fills `size` elements with the draws of a key
 * (the address of its two words) from block `firstBlock` of a stream on, four draws a block. A draw depends on
 * the key, the stream and its own index alone.
 */
export function drawModule(target: Target, name: DrawName): ModuleBuilder {
  const module = new ModuleBuilder(target);
  module.define("draw", ["key", "stream", "firstBlock", "size", "output"], (f, p) => {
    const keys = roundKeys(f, f.let(I32.load(p.key)), f.let(I32.load(p.key, 4)));
    const zero = f.let(I32x4.constant(0));
    const stream = f.let(I32x4.splat(p.stream));
    const counter = f.variable(I32x4.splat(p.firstBlock).add(I32x4.constant(0, 1, 2, 3)));
    const sixteen = (group: number): Four<F32x4> => {
      const words = philox(f, [f.let(counter.value.add(4 * group)), zero, stream, zero], keys);
      return transpose4(f, draws[name](f, words));
    };
    const at = f.variable(p.output);
    for (const groups of [2, 1]) {
      f.advance(at, f.let(p.output.add(p.size.and(-16 * groups).shl(2))), 64 * groups, () => {
        const all = f.abreast(Array.from({ length: groups }, (_, group) => () => sixteen(group)));
        all.flat().forEach((block, i) => {
          f.store(at.value, block, 16 * i);
        });
        counter.set(counter.value.add(4 * groups));
      });
    }
    const rest = f.let(p.size.and(15));
    f.when(rest, () => {
      sixteen(0).forEach((block, i) => {
        f.when(
          I32.constant(4 * i + 3).lt(rest),
          () => f.store(at.value, block, 16 * i),
          () => {
            const count = f.let(rest.sub(4 * i));
            f.when(I32.constant(4 * i).lt(rest), () =>
              storePartial(f, f.let(at.value.add(16 * i)), block, count),
            );
          },
        );
      });
    });
  });
  return module;
}
