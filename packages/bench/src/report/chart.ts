/// <reference lib="dom" />
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { Family } from "../implementations/candidate.ts";
import { advantage, bestOf, oursBeside } from "./best.ts";
import type { Report } from "./record.ts";

/** One peer at one workload. */
interface Mark {
  readonly workload: string;
  readonly peer: Family;
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

const colours: Readonly<Partial<Record<Family, string>>> = {
  "jax-js": "#d9622b",
  "TensorFlow.js": "#c99a06",
  "GPU.js": "#8a6fb0",
  PyTorch: "#c0392b",
  JAX: "#2b6cb0",
  NumPy: "#1f7a80",
};

/** The height of a peer's place in a row, and what lies between rows. */
const PLACE = 9;
const GAP = 12;
const WIDTH = 760;
const LEFT = 126;

/** How many times faster scoretape's best in plain SIMD is than the best of each peer, as an SVG file's text. */
export function chart(report: Report): string {
  const { document } = parseHTML("<!doctype html><html></html>");
  const marks = marksOf(report);
  const rows = report.workloads.map(({ workload }) => workload.id);
  const families = (Object.keys(colours) as Family[]).filter((peer) =>
    marks.some((mark) => mark.peer === peer),
  );
  const row = GAP + PLACE * Math.max(1, families.length);
  const height = 142 + row * Math.max(1, rows.length);
  const ends = [1, ...marks.flatMap(({ low, high }) => [low, high])];
  const domain = [Math.min(...ends) / 1.2, Math.max(2, ...ends) * 1.2] as const;
  const ticks = ticksWithin(...domain);
  const element = Plot.plot({
    document,
    width: WIDTH,
    height,
    marginTop: 90,
    marginLeft: LEFT,
    marginRight: 24,
    marginBottom: 46,
    style: {
      fontFamily: "'Source Sans 3', 'Segoe UI', Arial, sans-serif",
      fontSize: "12.5px",
      color: "#20263a",
    },
    x: { type: "log", domain },
    y: { type: "point", domain: rows, label: null, padding: 0.5 },
    marks: [
      Plot.gridX(ticks),
      Plot.axisX(ticks, {
        text: (value: number) => `${value}`,
        label: "times faster than the peer: left of 1 the peer is faster (logarithmic)",
        labelAnchor: "center",
        labelArrow: "none",
        labelOffset: 40,
      }),
      Plot.axisY({ tickSize: 0 }),
      Plot.ruleY(rows, { stroke: "#20263a", strokeOpacity: 0.12, dy: row / 2 }),
      Plot.ruleX([1], { stroke: "#20263a" }),
      ...families.flatMap((peer, i) => placed(marks, peer, PLACE * (i - (families.length - 1) / 2))),
      ...headings(report, families),
    ],
  });
  element.querySelector("style")?.remove();
  element.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const paper = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({
    width: `${WIDTH}`,
    height: `${height}`,
    fill: "#ffffff",
  })) {
    paper.setAttribute(name, value);
  }
  element.prepend(paper);
  const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
  title.textContent = "How many times faster scoretape is than each peer, by workload";
  element.prepend(title);
  return `${element.outerHTML}\n`;
}

/** 1, 2 and 5 times the powers of ten between two numbers. */
function ticksWithin(low: number, high: number): number[] {
  const powers = Array.from({ length: 13 }, (_, i) => i - 6);
  return powers
    .flatMap((power) => [1, 2, 5].map((digit) => Number(`${digit}e${power}`)))
    .filter((tick) => tick >= low && tick <= high);
}

/** A peer's marks, each in the peer's place of its row. */
function placed(marks: readonly Mark[], peer: Family, dy: number): Plot.Markish[] {
  const own = marks.filter((mark) => mark.peer === peer);
  const colour = colours[peer] ?? "#667085";
  const interval = { x1: "low", x2: "high", y1: "workload", y2: "workload", dy };
  return [
    Plot.link(own, { ...interval, stroke: colour, strokeWidth: 3, strokeOpacity: 0.4 }),
    Plot.dot(own, { x: "ratio", y: "workload", fill: colour, r: 4, dy }),
  ];
}

function headings({ run }: Report, families: readonly Family[]): Plot.Markish[] {
  const { cpu, cores, node } = run.environment;
  const line = (text: string, options: Plot.TextOptions): Plot.Markish =>
    Plot.text([text], { frameAnchor: "top-left", lineAnchor: "bottom", ...options });
  const about = `${cpu}, ${cores} cores, Node ${node}, ${run.date.slice(0, 10)}; medians and their intervals`;
  let dx = 16 - LEFT;
  return [
    line("How many times faster scoretape is than its peers", { dx, dy: -64, fontSize: 15, fontWeight: 600 }),
    line(about, { dx, dy: -44, fillOpacity: 0.7 }),
    ...families.map((peer) => {
      const entry = line(`● ${peer}`, { dx, dy: -14, fill: colours[peer] ?? "#667085", fontWeight: 600 });
      dx += 40 + 7.5 * peer.length;
      return entry;
    }),
  ];
}

function marksOf({ results, workloads }: Report): Mark[] {
  return workloads.flatMap(({ workload }) =>
    (Object.keys(colours) as Family[]).flatMap((peer): Mark[] => {
      const ours = oursBeside(results, workload, peer);
      const theirs = bestOf(results, workload.id, [peer]);
      if (ours === null || theirs === null) return [];
      const { ratio, interval } = advantage(ours, theirs);
      return [{ workload: workload.id, peer, ratio, low: interval.low, high: interval.high }];
    }),
  );
}
