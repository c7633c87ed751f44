import { portable } from "@scoretape/autograd";
import { type Curve, curvesPanel } from "../../plots/curves.ts";
import { type Panel, sheet } from "../../plots/panel.ts";
import { theme } from "../../plots/theme.ts";
import { type Estimate, exactly, medianOf } from "../statistics.ts";
import type { Cost, Measured, Plan } from "./measure.ts";
import { denoising, methods } from "./methods.ts";

const size = { width: 460, height: 420 };
/** The last panel, with the key to all of them beside its curves. */
const wide = { ...size, width: 710 };

/** Time, time over that of denoising, and memory against d. */
export function draw(measured: readonly Measured[], plan: Plan): string {
  const { dimensions, width } = plan;
  const [first = 1, last = 1] = [dimensions[0], dimensions.at(-1)];
  const slope: Curve = {
    colour: theme.muted,
    dashed: true,
    points: [
      [first, first],
      [last, last],
    ],
  };
  const panels = [
    panelOf(measured, plan, ({ times }) => medianOf(times), {
      ...size,
      title: "Time",
      note: `loss and gradient, perceptron d-${width}-${width}-d, 128 rows`,
      label: "milliseconds of processor time (logarithmic)",
    }),
    panelOf(
      measured.filter(({ method }) => method !== denoising),
      plan,
      ({ ratios }) => medianOf(ratios),
      {
        ...size,
        title: "Time over that of denoising",
        note: "medians over the rounds with their 99 % intervals; dashed: d",
        label: "times denoising's (logarithmic)",
      },
      [slope],
    ),
    panelOf(measured, plan, ({ bytes }) => exactly(bytes / 1e6), {
      ...wide,
      title: "Memory",
      note: "planned by the compiled program",
      label: "megabytes (logarithmic)",
    }),
  ];
  return sheet(
    2 * size.width + wide.width,
    size.height,
    "Cost of the objectives by dimension",
    panels.map((panel, i) => ({ panel, x: i * size.width, y: 0 })),
  );
}

interface PanelText {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly note: string;
  readonly label: string;
}

function panelOf(
  measured: readonly Measured[],
  { dimensions }: Plan,
  of: (cost: Cost) => Estimate,
  { label, ...options }: PanelText,
  beside: readonly Curve[] = [],
): Panel {
  const curves = measured.map(({ method, costs }): Curve => {
    const band = costs.map((cost): readonly [number, number] => [of(cost).low, of(cost).high]);
    return {
      ...(options.width === wide.width ? { name: method.name } : {}),
      colour: colours[methods.indexOf(method)] ?? theme.ink,
      dotted: true,
      points: costs.map((cost) => [cost.dimension, of(cost).value]),
      ...(band.every(([low, high]) => low > 0 && Number.isFinite(high)) ? { band } : {}),
    };
  });
  const values = curves.flatMap(({ points }) => points.map(([, value]) => value));
  return curvesPanel([...curves, ...beside], {
    ...options,
    x: { label: "dimension d (logarithmic)", type: "log", ticks: dimensions, tickFormat: "d" },
    y: {
      label,
      type: "log",
      tickFormat: decades,
      domain: [Math.min(...values) / 1.5, Math.max(...values) * 1.5],
    },
  });
}

const colours = [theme.ink, ...theme.series, theme.muted];

/** Labels every power of ten in full, and leaves the ticks between them bare. */
export function decades(value: number): string {
  const power = Math.round(portable.log10(value));
  return Math.abs(portable.log10(value) - power) < 1e-9
    ? `${Number(portable.pow(10, power).toPrecision(1))}`
    : "";
}
