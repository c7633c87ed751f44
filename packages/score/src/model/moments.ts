import { matmul, type Tensor } from "@scoretape/autograd";
import type { NormalMoments } from "../data/normalMoments.ts";
import { hasMoments, type Told } from "./description.ts";
import { damaged } from "./modelError.ts";

// The normal distribution that a preconditioned network starts from, as the arrays `moments.mean`, `moments.axes` and
// `moments.deviation`.

const PREFIX = "moments.";
const parts = ["mean", "axes", "deviation"] as const;
/** What rounding may have done to QᵀQ. */
const TOLERANCE = 1e-9;

/** The arrays of moments, by name. */
export function encodeMoments(moments: NormalMoments | undefined): Record<string, Tensor> {
  if (moments === undefined) return {};
  return Object.fromEntries(parts.map((part) => [`${PREFIX}${part}`, moments[part]]));
}

/**
 * The moments among named arrays, where a preconditioned network has them, and the other arrays.
 *
 * @throws ModelError if one is missing, of another shape or dtype, or holds what cannot be
 */
export function decodeMoments(
  tensors: Readonly<Record<string, Tensor>>,
  { columns: { length: d }, network }: Told,
): { readonly moments?: NormalMoments; readonly others: Readonly<Record<string, Tensor>> } {
  const names: readonly string[] = parts.map((part) => `${PREFIX}${part}`);
  if (!hasMoments(network) || !names.some((name) => Object.hasOwn(tensors, name))) return { others: tensors };
  const take = (part: (typeof parts)[number], shape: readonly number[]): Tensor => {
    const name = `${PREFIX}${part}`;
    const found = tensors[name] ?? damaged(`it has no array ${name}`);
    if (found.dtype !== "float64" || found.shape.join() !== shape.join()) {
      damaged(
        `${name} is ${found.dtype} of shape [${found.shape.join(", ")}]; it must be float64 of shape [${shape.join(", ")}]`,
      );
    }
    const bad = found.data.findIndex((value) => !Number.isFinite(value));
    return bad >= 0 ? damaged(`element ${bad} of ${name} is ${found.data[bad]}; it must be finite`) : found;
  };
  const moments = { mean: take("mean", [d]), axes: take("axes", [d, d]), deviation: take("deviation", [d]) };
  const narrow = moments.deviation.data.findIndex((value) => !(value > 0));
  if (narrow >= 0) {
    damaged(
      `element ${narrow} of ${PREFIX}deviation is ${moments.deviation.data[narrow]}; it must be above 0`,
    );
  }
  const product = matmul(moments.axes, moments.axes, { transposeX: true });
  const off = product.data.findIndex((value, at) => {
    const expected = at % (d + 1) === 0 ? 1 : 0;
    return !(Math.abs(value - expected) < TOLERANCE * d);
  });
  if (off >= 0) damaged(`${PREFIX}axes are not orthonormal`);
  const others = Object.fromEntries(Object.entries(tensors).filter(([name]) => !names.includes(name)));
  return { moments, others };
}
