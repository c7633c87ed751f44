/// <reference lib="dom" />
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { Family } from "../implementations/candidate.ts";
import { advantage, bestOf, bestOfOurs } from "./best.ts";
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

const ROW = 26;

/** How many times faster scoretape's best in plain SIMD is than the best of each peer, as an SVG file's text. */
export function chart(report: Report): string {
  const { document } = parseHTML("<!doctype html><html></html>");
  const marks = marksOf(report);
  const rows = report.workloads.map(({ workload }) => workload.id);
  const families = (Object.keys(colours) as Family[]).filter((peer) =>
    marks.some((mark) => mark.peer === peer),
  );
  const ends = [1, ...marks.flatMap(({ low, high }) => [low, high])];
  const height = 114 + ROW * Math.max(1, rows.length);
  const { cpu, cores, node } = report.run.environment;
  const element = Plot.plot({
    document,
    width: 760,
    height,
    marginTop: 62,
    marginLeft: 118,
    marginRight: 24,
    marginBottom: 46,
    style: {
      fontFamily: "'Source Sans 3', 'Segoe UI', Arial, sans-serif",
      fontSize: "12.5px",
      color: "#20263a",
    },
    x: {
      type: "log",
      domain: [Math.min(...ends) / 1.2, Math.max(2, ...ends) * 1.2],
      label: "times faster than the peer (logarithmic)",
      labelAnchor: "center",
      labelArrow: "none",
      labelOffset: 40,
      tickFormat: (value: number) => (/^[125]/.test(value.toExponential()) ? `${value}` : ""),
      grid: true,
    },
    y: { domain: rows, label: null },
    color: { domain: families, range: families.map((peer) => colours[peer] ?? "#667085") },
    marks: [
      Plot.ruleX([1], { stroke: "#20263a" }),
      Plot.link(marks, {
        x1: "low",
        x2: "high",
        y1: "workload",
        y2: "workload",
        stroke: "peer",
        strokeWidth: 3,
        strokeOpacity: 0.4,
      }),
      Plot.dot(marks, { x: "ratio", y: "workload", fill: "peer", r: 5 }),
      Plot.text(
        [
          `scoretape against its peers: ${cpu}, ${cores} cores, Node ${node}, ${report.run.date.slice(0, 10)}`,
        ],
        {
          frameAnchor: "top-left",
          lineAnchor: "bottom",
          dy: -32,
          fontSize: 15,
          fontWeight: 600,
        },
      ),
      ...families.map((peer, i) =>
        Plot.text([`● ${peer}`], {
          frameAnchor: "top-left",
          lineAnchor: "bottom",
          dx: 122 * i,
          dy: -10,
          fill: colours[peer] ?? "#667085",
          fontWeight: 600,
        }),
      ),
    ],
  });
  element.querySelector("style")?.remove();
  element.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const paper = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({ width: "760", height: `${height}`, fill: "#ffffff" })) {
    paper.setAttribute(name, value);
  }
  element.prepend(paper);
  const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
  title.textContent = "How many times faster scoretape is than each peer, by workload";
  element.prepend(title);
  return `${element.outerHTML}\n`;
}

function marksOf({ results, workloads }: Report): Mark[] {
  return workloads.flatMap(({ workload: { id } }) => {
    const ours = bestOfOurs(results, id, "plain");
    if (ours === null) return [];
    return (Object.keys(colours) as Family[]).flatMap((peer): Mark[] => {
      const theirs = bestOf(results, id, [peer]);
      if (theirs === null) return [];
      const { ratio, interval } = advantage(ours, theirs);
      return [{ workload: id, peer, ratio, low: interval.low, high: interval.high }];
    });
  });
}
