/** One workload beside a peer: how many times faster, in each round, in the median, and the interval of that. */
export interface Mark {
  readonly workload: string;
  readonly rounds: readonly number[];
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

/** Lengths in the picture's own unit, which is a pixel on a telephone. */
const [WIDTH, ROW, TOP, BOTTOM, LEFT, RIGHT] = [330, 20, 6, 34, 104, 46];

/** The ratios of one peer on a logarithmic axis from `low` to `high`, as SVG that takes its colours from the page. */
export function ratioChart(
  peer: string,
  marks: readonly Mark[],
  [low, high]: readonly [number, number],
): string {
  const height = TOP + ROW * marks.length + BOTTOM;
  const end = height - BOTTOM;
  const x = (ratio: number): string =>
    (LEFT + ((WIDTH - LEFT - RIGHT) * Math.log(ratio / low)) / Math.log(high / low)).toFixed(1);
  const ticks = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50].filter((tick) => tick >= low && tick <= high);
  const lines = ticks.map(
    (tick) =>
      `<line class="${tick === 1 ? "one" : "grid"}" x1="${x(tick)}" x2="${x(tick)}" y1="${TOP}" y2="${end}" />` +
      `<text x="${x(tick)}" y="${end + 14}" text-anchor="middle">${tick}</text>`,
  );
  const rows = marks.map(({ workload, rounds, ratio, low: from, high: to }, i) => {
    const y = TOP + ROW * (i + 0.5);
    return (
      `<text x="${LEFT - 8}" y="${y + 4}" text-anchor="end">${workload}</text>` +
      rounds.map((round) => `<circle class="round" cx="${x(round)}" cy="${y}" r="2" />`).join("") +
      `<line class="interval" x1="${x(from)}" x2="${x(to)}" y1="${y}" y2="${y}" />` +
      `<circle class="median" cx="${x(ratio)}" cy="${y}" r="4" />` +
      `<text x="${WIDTH}" y="${y + 4}" text-anchor="end">${ratio.toPrecision(3)}×</text>`
    );
  });
  const ratios = marks.map(({ ratio }) => ratio);
  const about =
    `scoretape beside ${peer}: from ${Math.min(...ratios).toPrecision(3)} to ${Math.max(...ratios).toPrecision(3)} ` +
    `times as fast over ${marks.length} workloads; the numbers are in the table below`;
  const sides =
    `<text class="side" x="${LEFT}" y="${end + 29}">← the peer is faster</text>` +
    `<text class="side" x="${WIDTH}" y="${end + 29}" text-anchor="end">scoretape is →</text>`;
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${about}">${lines.join("")}${rows.join("")}${sides}</svg>`;
}
