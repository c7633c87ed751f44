import { isConcrete, onesLike, type Tensor, vjp } from "@scoretape/autograd";
import { checkRows } from "../check.ts";
import type { Energy } from "../score.ts";

/** Where chains are. E and ∇E travel along, so that no state is evaluated twice. */
export type ChainState = {
  /** [n, d]. */
  readonly x: Tensor;
  /** E(x), [n]. */
  readonly energy: Tensor;
  /** ∇E(x), [n, d]. */
  readonly gradient: Tensor;
};

/** From positions to states: E and ∇E by one pass in reverse. */
export function stateOf(name: string, energy: Energy): (x: Tensor) => ChainState {
  const checked = (x: Tensor): Tensor => {
    const energies = energy(x);
    checkRows(name, energies, x, "the energy");
    return energies;
  };
  return (x) => {
    const [energies, pull] = vjp(checked, [x]);
    const [gradient] = pull(onesLike(energies));
    return { x, energy: energies, gradient };
  };
}

/** Throws unless every chain starts where E and ∇E are finite: from anywhere else no proposal has a ratio. */
export function checkStart(name: string, { x, energy, gradient }: ChainState): void {
  if (!isConcrete(energy)) return;
  const d = x.shape[1] ?? 1;
  const rowOf = (values: Tensor, chain: number): number[] => [
    ...values.data.subarray(chain * d, (chain + 1) * d),
  ];
  energy.data.forEach((value, chain) => {
    const slope = rowOf(gradient, chain);
    if (Number.isFinite(value) && slope.every(Number.isFinite)) return;
    throw new RangeError(
      `${name}: chain ${chain} starts at [${rowOf(x, chain).join(", ")}] with energy ${value} and gradient ` +
        `[${slope.join(", ")}]; start where both are finite`,
    );
  });
}
