import type { FunctionBody } from "../emitter/body.ts";
import { F32x4, type I32x4 } from "../emitter/vector.ts";

/** 1 where the condition holds, 0 elsewhere. */
function truth(condition: I32x4): F32x4 {
  return condition.and(F32x4.constant(1).asI32x4()).asF32x4();
}

export function greater(_: FunctionBody, x: F32x4, y: F32x4): F32x4 {
  return truth(x.gt(y));
}

export function greaterEqual(_: FunctionBody, x: F32x4, y: F32x4): F32x4 {
  return truth(x.ge(y));
}

export function less(_: FunctionBody, x: F32x4, y: F32x4): F32x4 {
  return truth(x.lt(y));
}

export function lessEqual(_: FunctionBody, x: F32x4, y: F32x4): F32x4 {
  return truth(x.le(y));
}

export function equal(_: FunctionBody, x: F32x4, y: F32x4): F32x4 {
  return truth(x.eq(y));
}

export function isUndefined(_: FunctionBody, x: F32x4): F32x4 {
  return truth(x.ne(x));
}

/** x where the condition is not 0, y elsewhere. */
export function where(_: FunctionBody, condition: F32x4, x: F32x4, y: F32x4): F32x4 {
  return condition.ne(0).select(x, y);
}

/** −1, 0 or 1; ±0 and NaN stay what they are. */
export function sign(f: FunctionBody, x: F32x4): F32x4 {
  const unit = x.asI32x4().and(0x80000000).or(F32x4.constant(1).asI32x4()).asF32x4();
  return f.let(x.abs().gt(0).select(unit, x));
}
