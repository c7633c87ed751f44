import { type Tensor, tensor } from "@scoretape/autograd";
import { type Curve, curvesPanel, powersOfTen } from "../../plots/curves.ts";
import { type Panel, sheet } from "../../plots/panel.ts";
import type { Point } from "../../plots/scatter-panel.ts";
import { theme } from "../../plots/theme.ts";
import { SIGMA } from "./learn.ts";
import type { Measured, Outcome } from "./measure.ts";

const size = { width: 560, height: 400 };

/** For each set: how the loss falls, and the score across the set. */
export function draw(measured: readonly Measured[]): string {
  const panels = measured.flatMap((result, row) => [
    { panel: lossPanel(result), x: 0, y: row * size.height },
    { panel: profilePanel(result), x: size.width, y: row * size.height },
  ]);
  const height = measured.length * size.height;
  return sheet(2 * size.width, height, "Score matching on sets without thickness", panels);
}

/** One line for each seed; the key names the kind once. */
function seedCurves(
  outcome: Outcome,
  name: string,
  colour: string,
  points: (seed: number) => readonly Point[],
): Curve[] {
  return outcome.trained.map((_, seed) => ({
    ...(seed === 0 ? { name } : {}),
    colour,
    thin: true,
    points: points(seed),
  }));
}

function lossPanel({ manifold, plain, noisy }: Measured): Panel {
  const course = (outcome: Outcome) => (seed: number) => minusLoss(outcome.trained[seed]?.losses ?? []);
  return curvesPanel(
    [
      ...seedCurves(plain, "without noise", theme.samples, course(plain)),
      ...seedCurves(noisy, `with noise, σ = ${SIGMA}`, theme.data, course(noisy)),
    ],
    {
      ...size,
      title: `Loss on the ${manifold.title}`,
      note: "sliced score matching, each line a seed; higher is a lower loss",
      x: { label: "training steps", tickFormat: ",d" },
      y: { label: "minus loss (logarithmic)", type: "log", tickFormat: powersOfTen },
    },
  );
}

/** Means over a fiftieth of the steps. */
function minusLoss(losses: readonly number[]): Point[] {
  const window = Math.max(1, Math.floor(losses.length / 50));
  return Array.from({ length: Math.floor(losses.length / window) }, (_, i) => {
    const part = losses.slice(i * window, (i + 1) * window);
    return [(i + 0.5) * window, -part.reduce((total, loss) => total + loss, 0) / window];
  });
}

const PLACES = 121;
const REACH = 0.4;

/** The component of the score at a right angle to the set, along that direction. */
function profilePanel({ manifold, plain, noisy }: Measured): Panel {
  const { point, normal, set } = manifold;
  const offsets = Array.from({ length: PLACES }, (_, i) => REACH * ((2 * i) / (PLACES - 1) - 1));
  const x = tensor(offsets.map((offset) => point.map((value, j) => value + offset * (normal[j] ?? 0))));
  const along = (scores: Tensor): Point[] =>
    offsets.map((offset, i) => [
      offset,
      normal.reduce((total, n, j) => total + n * (scores.data[i * normal.length + j] ?? Number.NaN), 0),
    ]);
  const profile = (outcome: Outcome) => (seed: number) => along(outcome.trained[seed]?.score(x) ?? x);
  const reach = (1.25 * REACH) / (SIGMA * SIGMA);
  return curvesPanel(
    [
      ...seedCurves(plain, "without noise", theme.samples, profile(plain)),
      ...seedCurves(noisy, `with noise, σ = ${SIGMA}`, theme.data, profile(noisy)),
      {
        name: `exact at σ = ${SIGMA}`,
        colour: theme.ink,
        dashed: true,
        points: along(set.score(x, SIGMA)),
      },
    ],
    {
      ...size,
      title: `Score across the ${manifold.title}`,
      note: "its component at a right angle to the set, each line a seed",
      x: { label: "distance from the set" },
      y: { label: "score", domain: [-reach, reach] },
    },
  );
}
