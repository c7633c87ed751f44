import { type Claim, claim, control, theory } from "../claim.ts";
import type { Findings } from "../experiment.ts";
import { readable, showEstimate } from "../numbers.ts";
import { draw } from "./draw.ts";
import { SIGMA } from "./learn.ts";
import type { Measured, Outcome } from "./measure.ts";

export function findings(measured: readonly Measured[]): Findings {
  return {
    tables: measured.map(tableOf),
    claims: measured.flatMap(claimsOf),
    pictures: [{ name: "manifold", svg: draw(measured) }],
    numbers: {
      sigma: SIGMA,
      sets: measured.map(({ manifold, plain, noisy, exactSize, gaussianError }) => ({
        name: manifold.title,
        exactSize,
        gaussianError,
        withoutNoise: numbersOf(plain),
        withNoise: numbersOf(noisy),
      })),
    },
  };
}

function numbersOf({ trained: _, ...numbers }: Outcome): Omit<Outcome, "trained"> {
  return numbers;
}

function tableOf({ manifold, plain, noisy, exactSize }: Measured): Findings["tables"][number] {
  const line = (name: string, show: (outcome: Outcome) => string): string[] => [
    name,
    show(plain),
    show(noisy),
  ];
  return {
    title: `${manifold.title}, ${plain.trained.length} seeds; exact score of size ${readable(exactSize)}`,
    rows: [
      ["", "without noise", `with noise, σ = ${SIGMA}`],
      line("loss at the end", ({ lastLoss }) => showEstimate(lastLoss)),
      line("that, over the loss at half time", ({ fall }) => showEstimate(fall)),
      line("size of the score, √E‖s‖²", ({ size }) => showEstimate(size)),
      line("disagreement of the seeds", ({ disagreement }) => showEstimate(disagreement)),
      line("Fisher divergence to the exact score of the blurred set, relative", ({ error }) =>
        showEstimate(error),
      ),
    ],
  };
}

function claimsOf({ manifold, plain, noisy, gaussianError }: Measured): Claim[] {
  const { title } = manifold;
  return [
    claim({
      what: `${title}: loss at the end over the loss at half time, without noise`,
      measured: plain.fall,
      isFactor: true,
      relation: "above",
      limit: noisy.fall,
      origin: control(
        "the same trainings with noise; without, tr ∂s/∂x may fall without end while s is 0 on the set",
      ),
    }),
    claim({
      what: `${title}: the same with noise`,
      measured: noisy.fall,
      isFactor: true,
      relation: "is",
      limit: 1,
      origin: theory("the loss comes to rest at its minimum, −½E‖s*‖²"),
    }),
    claim({
      what: `${title}: disagreement of the seeds without noise`,
      measured: plain.disagreement,
      relation: "above",
      limit: noisy.disagreement,
      origin: control("with noise, where there is one solution; nothing decides the score off the set"),
    }),
    claim({
      what: `${title}: relative Fisher divergence to the exact score, with noise`,
      measured: noisy.error,
      relation: "below",
      limit: gaussianError,
      origin: control("the score of N(0, vI) with the points' own v"),
    }),
  ];
}
