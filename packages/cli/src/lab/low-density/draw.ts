import { div, mean, sqrt, square, sub, sum, type Tensor, tensor } from "@scoretape/autograd";
import { data } from "@scoretape/score";
import { classesKey, classesPanel } from "../../plots/classes.ts";
import { type Curve, curvesPanel, powersOfTen } from "../../plots/curves.ts";
import { type Frame, gridPoints } from "../../plots/frame.ts";
import { type Panel, sheet } from "../../plots/panel.ts";
import { theme } from "../../plots/theme.ts";
import type { Estimate } from "../statistics.ts";
import { sigmas } from "./learn.ts";
import { FILLING, type Gap, type Measured, type Pair, type Region, smallest } from "./measure.ts";

const side = 330;
const top = 380;
const key = 150;
const frame: Frame = { x: [-10, 10], y: [-10, 10] };
const CELLS = 64;
const limits = [0.02, 0.05, 0.1, 0.3, 1];
const set = data.twoModes;

/** The errors by density and by noise level, above maps of the error. */
export function draw(pairs: readonly Pair[], { regions, gap }: Measured): string {
  const width = 3 * side + key;
  const wide = sigmas.findLast((sigma) => sigma >= FILLING) ?? smallest;
  const [first] = pairs;
  const maps =
    first === undefined
      ? []
      : [
          errorMap("Trained without noise", "error against the score of the data", (x) =>
            against(first.plain(x), set.score(x)),
          ),
          errorMap("Trained with noise", `error at σ = ${smallest}: the gap is still empty`, (x) =>
            against(first.noisy(x, smallest), set.score(x, smallest)),
          ),
          errorMap("Trained with noise", `error at σ = ${wide.toPrecision(2)}: the gap is filled`, (x) =>
            against(first.noisy(x, wide), set.score(x, wide)),
          ),
        ];
  return sheet(width, top + side + 36, "Error of learned scores by density", [
    { panel: byDensity(regions, width / 2), x: 0, y: 0 },
    { panel: byLevel(gap, width / 2), x: width / 2, y: 0 },
    ...maps.map((panel, i) => ({ panel, x: i * side, y: top })),
    {
      panel: classesKey(limits, { title: "Relative error", width: key, height: side + 36 }),
      x: 3 * side,
      y: top,
    },
  ]);
}

function byDensity(regions: readonly Region[], width: number): Panel {
  const curve = (name: string, colour: string, of: (region: Region) => Estimate): Curve => ({
    name,
    colour,
    dotted: true,
    points: regions.map((region, i) => [i, of(region).value]),
    band: regions.map((region) => [of(region).low, of(region).high]),
  });
  return curvesPanel(
    [
      curve("without noise", theme.samples, ({ plain }) => plain),
      curve(`with noise, at σ = ${smallest}`, theme.data, ({ noisy }) => noisy),
    ],
    {
      width,
      height: top,
      title: "Error of the learned score by density",
      note: "geometric mean over the seeds with its 99 % interval",
      x: {
        label: "between the modes; tenths of the data by density, from the lowest",
        domain: [-0.4, 10.3],
        ticks: regions.map((_, i) => i),
        tickFormat: (i) => (i === 0 ? "between" : `${i}`),
      },
      y: { label: "E‖s − s*‖² (logarithmic)", type: "log", tickFormat: powersOfTen },
    },
  );
}

function byLevel({ plain, levels }: Gap, width: number): Panel {
  return curvesPanel(
    [
      {
        name: "without noise",
        colour: theme.samples,
        dashed: true,
        points: levels.map(({ sigma }) => [sigma, plain.value]),
        band: levels.map(() => [plain.low, plain.high]),
      },
      {
        name: "with noise",
        colour: theme.data,
        dotted: true,
        points: levels.map(({ sigma, noisy }) => [sigma, noisy.value]),
        band: levels.map(({ noisy }) => [noisy.low, noisy.high]),
      },
    ],
    {
      width,
      height: top,
      title: "Error between the modes by noise level",
      note: "1 is the error of a score that is 0 everywhere",
      x: {
        label: "noise level σ (logarithmic)",
        type: "log",
        domain: [0.28, 8.6],
        ticks: [0.3, 0.5, 1, 2, 4],
        tickFormat: ".1~f",
      },
      y: { label: "E‖s − s*‖² / E‖s*‖² (logarithmic)", type: "log", tickFormat: powersOfTen },
    },
  );
}

function against(learned: Tensor, exact: Tensor): { readonly error: Tensor; readonly exact: Tensor } {
  return { error: sub(learned, exact), exact };
}

/** ‖s − s*‖ over the root mean square of s* in the frame. */
function errorMap(
  title: string,
  note: string,
  scores: (x: Tensor) => { readonly error: Tensor; readonly exact: Tensor },
): Panel {
  const x = tensor(gridPoints(frame, CELLS, CELLS), { shape: [CELLS * CELLS, 2], dtype: "float32" });
  const { error, exact } = scores(x);
  const size = sqrt(mean(sum(square(exact), { axis: 1 })));
  const values = div(sqrt(sum(square(error), { axis: 1 })), size).data;
  return classesPanel(
    { columns: CELLS, rows: CELLS, values },
    { width: side, height: side + 36, title, note, frame, labels: ["x1", "x2"], limits },
  );
}
