import type { FunctionBody } from "../emitter/body.ts";
import type { F32x4 } from "../emitter/vector.ts";

// Rounded once, and so the same bits as in double precision rounded to float32.

export function add(_: FunctionBody, x: F32x4, y: F32x4): F32x4 {
  return x.add(y);
}

export function sub(_: FunctionBody, x: F32x4, y: F32x4): F32x4 {
  return x.sub(y);
}

export function mul(_: FunctionBody, x: F32x4, y: F32x4): F32x4 {
  return x.mul(y);
}

export function div(_: FunctionBody, x: F32x4, y: F32x4): F32x4 {
  return x.div(y);
}

export function square(_: FunctionBody, x: F32x4): F32x4 {
  return x.mul(x);
}

export function sqrt(_: FunctionBody, x: F32x4): F32x4 {
  return x.sqrt();
}

export function relu(_: FunctionBody, x: F32x4): F32x4 {
  return x.atLeast(0);
}

export function neg(_: FunctionBody, x: F32x4): F32x4 {
  return x.neg();
}

export function abs(_: FunctionBody, x: F32x4): F32x4 {
  return x.abs();
}

export function maximum(_: FunctionBody, x: F32x4, y: F32x4): F32x4 {
  return x.max(y);
}

export function minimum(_: FunctionBody, x: F32x4, y: F32x4): F32x4 {
  return x.min(y);
}

export function floor(_: FunctionBody, x: F32x4): F32x4 {
  return x.floor();
}

export function round(_: FunctionBody, x: F32x4): F32x4 {
  return x.nearest();
}
