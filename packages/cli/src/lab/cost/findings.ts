import { type Claim, claim, control, SINGLE_PRECISION, theory } from "../claim.ts";
import type { Findings } from "../experiment.ts";
import { readable, showEstimate } from "../numbers.ts";
import { type Estimate, exactly, medianOf } from "../statistics.ts";
import { draw } from "./draw.ts";
import { disagreementOf, gainOf, type Measured, type Plan } from "./measure.ts";
import { CHUNK, denoising, exact, exactAtOnce, exactByNetwork } from "./methods.ts";

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
          ["", ...dimensions, `power of d, from d = ${from} [99 % interval]`],
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
      ...measured.flatMap((one) => claimsOf(one, measured)),
      claim({
        what: `time of exact matching by directions over that with the network's divergence, d = ${largest}`,
        measured: gainOf(measured, largest),
        relation: "above",
        limit: gainOf(measured, from),
        origin: control(`the same at d = ${from}; d derivatives stand against one product of the layers`),
      }),
      claim({
        what: "largest relative difference of the losses of exact matching in its three forms",
        measured: exactly(disagreementOf(measured, [exactAtOnce, exactByNetwork])),
        relation: "below",
        limit: SINGLE_PRECISION,
        origin: theory("0, up to half the digits of single precision"),
      }),
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

function claimsOf({ method, timePower, memoryPower }: Measured, all: readonly Measured[]): Claim[] {
  if (method === denoising) return [];
  const { time, memory } = method.powers;
  const ofTime = ["a fixed number of passes", "d derivatives along directions"] as const;
  const ofMemory = ["a fixed number of passes is held", "d passes are held at once"] as const;
  const what = `${method.name}: power of d by which its time outgrows denoising's`;
  return [
    method === exactAtOnce
      ? sharedClaim(what, timePower, all)
      : powerClaim(what, timePower, time, ofTime[time]),
    powerClaim(
      `${method.name}: power of d by which its memory outgrows denoising's`,
      exactly(memoryPower),
      memory,
      ofMemory[memory],
    ),
  ];
}

/**
 * One program multiplies the first layer by the unit directions once for all rows, and takes of the last layer's
 * products the diagonal alone. Of the d·(2dw + w²) multiplications of a row d·w² are left: beside those of denoising,
 * 2dw + w², they grow as d only while d is small against the width w.
 */
function sharedClaim(what: string, measured: Estimate, all: readonly Measured[]): Claim {
  return claim({
    what,
    measured,
    relation: "below",
    limit: all.find(({ method }) => method === exact)?.timePower ?? exactly(Number.NaN),
    origin: control(
      "exact matching by directions, which takes d·(2dw + w²) multiplications in place of d·w²",
    ),
  });
}

/** Which of the two powers that theory has it is: on which side of the middle between them. */
function powerClaim(what: string, measured: Estimate, power: 0 | 1, says: string): Claim {
  return claim({
    what,
    measured,
    relation: power === 0 ? "below" : "above",
    limit: 0.5,
    origin: theory(`${power}, not ${1 - power}: ${says}`),
  });
}
