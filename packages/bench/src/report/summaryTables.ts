import type { Family } from "../implementations/candidate.ts";
import {
  advantage,
  bestOf,
  bestOfOurs,
  type Instructions,
  medianSeconds,
  oursBeside,
  type Place,
} from "./best.ts";
import { gigaflops, markdownTable, showSeconds } from "./numbers.ts";
import type { Measured, Report, ResultRecord, WorkloadRecord } from "./record.ts";

/** Whom a user would pick instead. */
const peers: readonly Family[] = ["jax-js", "TensorFlow.js", "GPU.js", "PyTorch", "JAX", "NumPy"];

/** The best of each in one line a workload: whole steps, and products, which have other peers. */
export function summary(report: Report): string[] {
  const isProduct = ({ workload }: WorkloadRecord): boolean => workload.kind === "product";
  const [steps, products] = [
    report.workloads.filter((one) => !isProduct(one)),
    report.workloads.filter(isProduct),
  ];
  const absent = peers.flatMap((peer) => absence(report.results, peer) ?? []);
  return [
    "Median times of scoretape's best variant, and how many times faster the one in plain SIMD is than the best variant " +
      "of each peer: below 1 it is slower.",
    ...(steps.length > 0 ? [table(report, steps, ofSteps)] : []),
    ...(products.length > 0 ? [table(report, products, ofProducts), places] : []),
    ...(absent.length === 0 ? [] : [`Absent: ${absent.join("; ")}.`]),
  ];
}

/** Why nothing of a peer was measured anywhere, where it cannot be started here. */
function absence(results: readonly ResultRecord[], peer: Family): string | null {
  const own = results.filter(({ family }) => family === peer);
  const reasons = own.flatMap((result) => (result.status === "absent" ? [result.reason] : []));
  return own.length > 0 && reasons.length === own.length
    ? `${peer} (${[...new Set(reasons)].join("; ")})`
    : null;
}

/** A column of scoretape's own times. */
interface Own {
  readonly title: string;
  readonly instructions: Instructions;
  readonly place?: Place;
}

const ofSteps: readonly Own[] = [
  { title: "scoretape", instructions: "plain" },
  { title: "with relaxed SIMD", instructions: "relaxed" },
];

const ofProducts: readonly Own[] = (["resident", "copied"] as const).flatMap((place) =>
  (["plain", "relaxed"] as const).map((instructions) => ({
    title: `scoretape, ${instructions} SIMD, ${place}`,
    instructions,
    place,
  })),
);

const places =
  "Resident: the factors and the product are in the memory of who multiplies, several products in a program. Copied: one " +
  "product a call, its factors copied in and the product out. GPU.js copies, and is compared with the copied one; the other peers with the " +
  "resident one.";

function table({ results }: Report, workloads: readonly WorkloadRecord[], own: readonly Own[]): string {
  const ids = new Set(workloads.map(({ workload }) => workload.id));
  const present = peers.filter((peer) =>
    results.some((one) => one.family === peer && one.status !== "absent" && ids.has(one.workload)),
  );
  const rows = workloads.map(({ workload }) => {
    const { id, title } = workload;
    const time = (best: Measured | null): string =>
      best === null
        ? "–"
        : `${showSeconds(medianSeconds(best))}${workload.kind === "product" ? `, ${gigaflops(workload, medianSeconds(best))} GFLOP/s` : ""}`;
    const ratios = present.map((peer) => {
      const theirs = bestOf(results, id, [peer]);
      if (theirs === null) return whyNot(results, id, peer);
      const ours = oursBeside(results, workload, peer);
      return ours === null ? "–" : `${advantage(ours, theirs).ratio.toPrecision(3)}×`;
    });
    const times = own.map(({ instructions, place }) => time(bestOfOurs(results, id, instructions, place)));
    return [`**${id}** ${title}`, ...times, ...ratios];
  });
  return markdownTable(["", ...own.map(({ title }) => title), ...present], rows);
}

function whyNot(results: readonly ResultRecord[], workload: string, peer: Family): string {
  const own = results.filter((result) => result.workload === workload && result.family === peer);
  return own.some(({ status }) => status === "failed") ? "failed" : own.length > 0 ? "absent" : "–";
}
