import { portable } from "@scoretape/autograd";
import { type Curve, curvesPanel, powersOfTen } from "../../plots/curves.ts";
import { type Interval, intervalsPanel } from "../../plots/intervals.ts";
import { type Panel, sheet } from "../../plots/panel.ts";
import type { Point } from "../../plots/scatter-panel.ts";
import { theme } from "../../plots/theme.ts";
import { readable } from "../numbers.ts";
import { type Estimate, scaled } from "../statistics.ts";
import type { Growth } from "./differences.ts";
import type { Measured, Results } from "./measure.ts";
import { nameOf } from "./names.ts";

const height = 560;
const side = 340;
const names = 200;

/** Each estimator's bias, variance and worth, and how the bias of finite differences grows. */
export function draw({ estimators, differences }: Results): string {
  const panels = [
    numbersPanel(estimators, ({ lossBias }) => scaled(lossBias, 100), {
      width: side + names,
      title: "Bias of the loss",
      note: "against exact matching of the same points",
      label: "% of the loss",
      at: 0,
    }),
    numbersPanel(estimators, ({ gradientNoise }) => gradientNoise, {
      width: side,
      named: false,
      title: "Variance of the gradient",
      note: "of a mini-batch of 128 rows",
      label: "Var ∇ / ‖E ∇‖² (logarithmic)",
      type: "log",
    }),
    numbersPanel(estimators, ({ signalPerMillisecond }) => signalPerMillisecond, {
      width: side,
      named: false,
      title: "Signal-to-noise per millisecond",
      note: "more is better; processor time",
      label: "‖E ∇‖² / Var ∇ per ms (logarithmic)",
      type: "log",
    }),
    growthPanel(differences),
  ];
  const places = panels.map((_, i) => panels.slice(0, i).reduce((x, { width }) => x + width, 0));
  return sheet(
    panels.reduce((total, { width }) => total + width, 0),
    height,
    "Estimators of the score matching loss",
    panels.map((panel, i) => ({ panel, x: places[i] ?? 0, y: 0 })),
  );
}

function numbersPanel(
  estimators: readonly Measured[],
  of: (one: Measured) => Estimate,
  options: Omit<Parameters<typeof intervalsPanel>[1], "height" | "tickFormat">,
): Panel {
  const kinds = [...new Set(estimators.map(({ row }) => row.estimator))];
  const intervals = estimators.map(
    (one): Interval => ({
      name: nameOf(one.row),
      colour: colours[kinds.indexOf(one.row.estimator)] ?? theme.ink,
      ...of(one),
    }),
  );
  return intervalsPanel(intervals, {
    ...options,
    height,
    tickFormat: (value) => (options.type === "log" ? roundNumbers(value) : `${value}`),
  });
}

const colours = [
  theme.ink,
  theme.series[1],
  theme.series[0],
  theme.series[2],
  theme.series[3],
  theme.series[4],
];

/** 1, 2 and 5 times the powers of ten in full, and nothing between them. */
function roundNumbers(value: number): string {
  return ["1", "2", "5"].includes(value.toExponential(0)[0] ?? "") ? `${Number(value.toPrecision(1))}` : "";
}

function growthPanel({ at }: Growth): Panel {
  const [last] = at.slice(-1);
  const measured: Curve = {
    name: "finite differences",
    colour: colours[3] ?? theme.ink,
    dotted: true,
    points: at.map(({ size, bias }): Point => [size, 100 * bias.value]),
    band: at.map(({ bias }): Point => [100 * bias.low, 100 * bias.high]),
  };
  const guide: Curve = {
    name: "as ε²",
    colour: theme.muted,
    dashed: true,
    points: at.map(
      ({ size }): Point => [
        size,
        100 * (last?.bias.value ?? Number.NaN) * portable.pow(size / (last?.size ?? 1), 2),
      ],
    ),
  };
  const isBanded = at.every(({ bias }) => bias.low > 0 && Number.isFinite(bias.high));
  const { band: _, ...bare } = measured;
  return curvesPanel([isBanded ? measured : bare, guide], {
    width: 1.2 * side,
    height,
    title: "Bias of finite differences",
    note: "against derivatives along the same probes",
    x: {
      label: "step ε (logarithmic)",
      type: "log",
      ticks: at.map(({ size }) => size),
      tickFormat: (size) => `${size}`,
    },
    y: {
      label: "% of the loss (logarithmic)",
      type: "log",
      tickFormat: (value) => (powersOfTen(value) === "" ? "" : readable(value, 1)),
    },
  });
}
