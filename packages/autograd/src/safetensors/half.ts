/** The bits of the float32 that a float16 is: 5 bits of exponent become 8, 10 of mantissa 23. */
export function widened(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 31;
  const mantissa = (half & 1023) << 13;
  if (exponent === 31) return sign | (255 << 23) | mantissa;
  if (exponent > 0) return sign | ((exponent + 112) << 23) | mantissa;
  if (mantissa === 0) return sign;
  // Subnormal: the leading one moves to its place, and each place costs a factor of two.
  const shift = Math.clz32(mantissa) - 8;
  return sign | ((113 - shift) << 23) | ((mantissa << shift) & 0x7fffff);
}
