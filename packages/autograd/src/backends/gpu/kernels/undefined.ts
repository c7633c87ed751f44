import type { DeviceFunction } from "./deviceFunction.ts";

// WGSL and GLSL let a shader be compiled as if there were no NaN: what tells one apart, or makes one, goes by its bits.

/** 1 where x is NaN, else 0; and NaN, whatever x is. */
export const undefinedFunctions: readonly DeviceFunction[] = [
  {
    name: "isUndefined",
    parameters: ["x"],
    text: "function isUndefined(x) {\n  let result = 0;\n  if (x != x) { result = 1; }\n  return result;\n}",
    native: {
      wgsl: "return select(0.0, 1.0, (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u);",
      glsl: "return (floatBitsToUint(x) & 0x7fffffffu) > 0x7f800000u ? 1.0 : 0.0;",
    },
  },
  {
    name: "undefinedLike",
    parameters: ["x"],
    text: "function undefinedLike(x) {\n  const zero = x * 0;\n  return zero / zero;\n}",
    native: {
      wgsl: "return bitcast<f32>(bitcast<u32>(x) | 0x7fc00000u);",
      glsl: "return uintBitsToFloat(floatBitsToUint(x) | 0x7fc00000u);",
    },
  },
];
