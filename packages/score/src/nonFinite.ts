import { isConcrete, type Tensor } from "@scoretape/autograd";

/** So many coordinates of a row are told. */
const TOLD = 12;

/** The place of the first element that is NaN or infinite; −1 where there is none. Every step of a sampler asks. */
export function firstNonFinite({ data }: Tensor): number {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return i;
  return -1;
}

/** What to do about a sampler's step that leaves the finite numbers. */
export const MEND_STEPS = "take more steps, or mend the score if it is not finite there";

/** Throws at the first row of `next` that is NaN or infinite, with the row of `before` that led there. */
export function checkFiniteRows(
  name: string,
  next: Tensor,
  before: Tensor,
  where: string,
  remedy: string,
): void {
  if (!isConcrete(next)) return;
  const at = firstNonFinite(next);
  if (at < 0) return;
  const width = before.shape[1] ?? 1;
  const row = Math.floor(at / width);
  const state = [...before.data.subarray(row * width, row * width + Math.min(width, TOLD))].map((value) =>
    value.toPrecision(4),
  );
  if (width > TOLD) state.push("…");
  throw new RangeError(
    `${name}: row ${row} is ${next.data[at]} in coordinate ${at % width} after ${where}, ` +
      `from [${state.join(", ")}]; ${remedy}`,
  );
}
