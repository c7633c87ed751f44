import type { FunctionBody } from "../emitter/body.ts";
import { I32 } from "../emitter/scalar.ts";
import { F32x4, I32x4 } from "../emitter/vector.ts";
import { loadPartial } from "../partial.ts";

// The elements of a frame that no image has are zeros: what they are multiplied with adds nothing, unless that is
// infinite or not a number. Where it may be, they are marked, and kernels leave out what is marked.

/** Every byte of an element that is marked: no number is, and no NaN that arithmetic makes. */
const MARK = 0xff;

/** Fills a frame with zeros, or with marks. */
export function clearFrame(f: FunctionBody, frame: I32, bytes: I32, marked: I32): void {
  f.fill(frame, bytes, marked.select(I32.constant(MARK), I32.constant(0)));
}

/** x·y + z, and z where x is marked. */
export function addPresent(f: FunctionBody, x: F32x4, y: F32x4, z: F32x4): F32x4 {
  const isAbsent = f.once("absent", x, (factor) => factor.asI32x4().eq(-1).asF32x4()).asI32x4();
  return z.add(x.mul(y).asI32x4().andNot(isAbsent).asF32x4());
}

const EXPONENT = 0x7f800000;

/** Whether one of so many bytes of elements is infinite or not a number. */
export function hasNonFinite(f: FunctionBody, from: I32, bytes: I32): I32 {
  const found = f.variable(I32x4.constant(0));
  const look = (x: F32x4): void => {
    found.set(found.value.or(x.asI32x4().and(EXPONENT).eq(EXPONENT)));
  };
  const at = f.variable(from);
  f.advance(at, f.let(from.add(bytes.and(-16))), 16, () => look(F32x4.load(at.value)));
  const rest = f.let(bytes.shr(2).and(3));
  f.when(rest, () => look(loadPartial(f, at.value, rest)));
  return f.let(found.value.any());
}
