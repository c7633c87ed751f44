import { type Claim, readable, showEstimate } from "../claim.ts";
import type { Findings } from "../experiment.ts";
import { exactly, medianOf } from "../statistics.ts";
import { draw } from "./draw.ts";
import { disagreementOf, gainOf, type Measured, type Plan } from "./measure.ts";
import { CHUNK, denoising, exactAtOnce, exactByNetwork } from "./methods.ts";

export function findings(measured: readonly Measured[], plan: Plan): Findings {
  const { from, rounds } = plan;
  const largest = plan.dimensions.at(-1) ?? 0;
  const dimensions = plan.dimensions.map((d) => `d = ${d}`);
  return {
    tables: [
      {
        title:
          `Milliseconds of processor time for the loss and its gradient, medians of ${rounds} rounds: ` +
          `perceptron d-${plan.width}-${plan.width}-d, 128 rows`,
        rows: [
          ["", ...dimensions],
          ...measured.map((one) => row(one, plan, ({ times }) => readable(medianOf(times).value))),
        ],
      },
      {
        title: "That, over the time of denoising in the same round",
        rows: [
          ["", ...dimensions, `power of d, from d = ${from} [95 % interval]`],
          ...measured.map((one) => [
            ...row(one, plan, ({ ratios }) => readable(medianOf(ratios).value)),
            one.method === denoising ? "" : showEstimate(one.timePower),
          ]),
        ],
      },
      {
        title: "Planned memory of the program in megabytes",
        rows: [
          ["", ...dimensions, `power of d, over denoising, from d = ${from}`],
          ...measured.map((one) => [
            ...row(one, plan, ({ bytes }) => readable(bytes / 1e6)),
            one.method === denoising ? "" : one.memoryPower.toFixed(2),
          ]),
        ],
      },
    ],
    claims: [
      ...measured.flatMap(claimsOf),
      {
        what: `time of exact matching by directions over that with the network's divergence, d = ${largest}`,
        measured: gainOf(measured),
        above: largest / 10,
        theory: `${largest} derivatives against one product of the layers: of the order of d`,
      },
      {
        what: "largest relative difference of the losses of exact matching in its three forms",
        measured: exactly(disagreementOf(measured, [exactAtOnce, exactByNetwork])),
        below: 1e-3,
        theory: "0, up to single precision",
      },
    ],
    pictures: [{ name: "cost", svg: draw(measured, plan) }],
    numbers: {
      plan,
      chunk: CHUNK,
      methods: measured.map(({ method, costs, ...powers }) => ({
        name: method.name,
        ...powers,
        costs: costs.map(({ times, ratios, ...rest }) => ({
          ...rest,
          milliseconds: medianOf(times),
          overDenoising: medianOf(ratios),
        })),
      })),
    },
  };
}

function row(
  { method, costs }: Measured,
  { dimensions }: Plan,
  show: (cost: Measured["costs"][number]) => string,
): string[] {
  return [
    method.name,
    ...dimensions.map((d) => {
      const cost = costs.find(({ dimension }) => dimension === d);
      return cost === undefined ? "" : show(cost);
    }),
  ];
}

/** How far a fitted power may be from the theory's. */
const TOLERANCE = 0.4;

function claimsOf({ method, timePower, memoryPower }: Measured): Claim[] {
  if (method === denoising) return [];
  const { time, memory } = method.powers;
  return [
    {
      what: `${method.name}: power of d by which its time outgrows denoising's`,
      measured: timePower,
      above: time - TOLERANCE,
      below: time + TOLERANCE,
      theory: time === 0 ? "0: a fixed number of passes" : "1: d derivatives along directions",
    },
    {
      what: `${method.name}: power of d by which its memory outgrows denoising's`,
      measured: exactly(memoryPower),
      above: memory - TOLERANCE,
      below: memory + TOLERANCE,
      theory: memory === 0 ? "0: a fixed number of passes is held" : "1: d passes are held at once",
    },
  ];
}
