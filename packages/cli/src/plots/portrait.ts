import type { Table } from "@scoretape/score/tables";
import { contains, type Frame } from "./frame.ts";
import { type Panel, sheet } from "./panel.ts";
import { scatterPanel } from "./scatter-panel.ts";
import { type ScoreField, scorePanel } from "./score-panel.ts";
import { theme } from "./theme.ts";

export interface Portrait {
  /** The data, [n, 2]; its column names label the axes. */
  readonly data: Table;
  /** Samples of the learned model, in the data's units, [m, 2]. */
  readonly samples: Table;
  readonly field: ScoreField;
  /** The quieter lines below the titles; by default they count rows and explain the arrows. */
  readonly notes?: { readonly data?: string; readonly samples?: string; readonly field?: string };
}

/** Data, samples and learned score side by side over the same ranges, as SVG. */
export function portrait(subject: Portrait): string {
  const size = { width: 340, height: 376 };
  const [data, samples, field] = portraitPanels(subject, size);
  return sheet(3 * size.width, size.height, portraitTitle(subject), [
    { panel: data, x: 0, y: 0 },
    { panel: samples, x: size.width, y: 0 },
    { panel: field, x: 2 * size.width, y: 0 },
  ]);
}

export function portraitTitle({ data }: Portrait): string {
  return `Data, samples and learned score of ${data.columns.join(" and ")}`;
}

export function portraitPanels(
  { data, samples, field, notes = {} }: Portrait,
  size: { width: number; height: number },
): [data: Panel, samples: Panel, field: Panel] {
  for (const [name, table] of Object.entries({ data, samples })) {
    if (table.columns.length !== 2) {
      throw new RangeError(
        `portrait: ${name} must have 2 columns, not ${table.columns.length}; use scatterMatrix`,
      );
    }
  }
  const { frame } = field;
  return [
    scatterPanel(data, frame, {
      ...size,
      title: "Data",
      note: notes.data ?? count(data, frame, "points"),
      colour: theme.data,
    }),
    scatterPanel(samples, frame, {
      ...size,
      title: "Samples",
      note: notes.samples ?? count(samples, frame, "drawn from the learned score"),
      colour: theme.samples,
    }),
    scorePanel(field, {
      ...size,
      title: "Learned score",
      note: notes.field ?? "arrows, over the density it estimates",
      labels: data.columns,
    }),
  ];
}

function count(table: Table, frame: Frame, what: string): string {
  let outside = 0;
  for (let i = 0; i < table.rows; i++) {
    const [x, y] = [table.values[2 * i] as number, table.values[2 * i + 1] as number];
    if (!contains(frame.x, x) || !contains(frame.y, y)) outside++;
  }
  const rows = table.rows.toLocaleString("en");
  return `${rows} ${what}${outside > 0 ? `, ${outside.toLocaleString("en")} outside the frame` : ""}`;
}
