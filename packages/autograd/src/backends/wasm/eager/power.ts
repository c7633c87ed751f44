import type { Kernel, KernelParameters } from "../../../backend.ts";
import { pow, power } from "../maths/power.ts";
import { ELEMENTS, elementwiseKernel, type HostSupplier } from "./kernels.ts";

export type PowerParameters = KernelParameters["power"];

/** Exponents that a few multiplications or a root do; each has a kernel of its own. */
const SIMPLE = [-2, -1, 0.5, 2, 3, 4];

/** Powers with a fixed exponent. One that float32 does not hold stays on the reference kernel. */
export function powerKernel(
  plain: Kernel<PowerParameters>,
  hostOf: HostSupplier,
  elements: number = ELEMENTS,
): Kernel<PowerParameters> {
  const simple = new Map(
    SIMPLE.map((exponent) => [
      exponent,
      elementwiseKernel(`power ${exponent}`, plain, (f, x) => power(f, x, exponent), hostOf, elements),
    ]),
  );
  const general = elementwiseKernel("pow", plain, pow, hostOf, elements);
  return (output, parameters, x) => {
    const { exponent } = parameters;
    const known = simple.get(exponent);
    if (known !== undefined) return known(output, parameters, x);
    if (x.data.length < elements || x.dtype !== "float32" || Math.fround(exponent) !== exponent) {
      return plain(output, parameters, x);
    }
    general(output, parameters, x, { ...x, data: x.data.slice().fill(exponent) });
  };
}
