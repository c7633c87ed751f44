import { type Claim, readable, showEstimate } from "../claim.ts";
import type { Findings } from "../experiment.ts";
import { quotient, scaled } from "../statistics.ts";
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
      sets: measured.map(({ manifold, plain, noisy, exactSize }) => ({
        name: manifold.title,
        exactSize,
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

function claimsOf({ manifold, plain, noisy, exactSize }: Measured): Claim[] {
  const { title } = manifold;
  return [
    {
      what: `${title}: loss at the end over the loss at half time, without noise`,
      measured: plain.fall,
      above: 1.2,
      theory: "no minimum: tr ∂s/∂x may fall without end while s is 0 on the set",
    },
    {
      what: `${title}: the same with noise`,
      measured: noisy.fall,
      above: 0.95,
      below: 1.05,
      theory: "a minimum, −½E‖s*‖²",
    },
    {
      what: `${title}: size of the score near it without noise over the exact score's with noise`,
      measured: scaled(plain.size, 1 / exactSize),
      above: 5,
      theory: "it explodes",
    },
    {
      what: `${title}: disagreement of the seeds without noise over that with noise`,
      measured: quotient(plain.disagreement, noisy.disagreement),
      above: 2,
      theory: "nothing decides the score off the set; with noise there is one solution",
    },
    {
      what: `${title}: relative Fisher divergence to the exact score, with noise`,
      measured: noisy.error,
      below: 0.05,
      theory: "0",
    },
  ];
}
