import { groupsOf } from "../../report/groups.ts";
import { markdownTable, showNumber } from "../../report/numbers.ts";
import { meanOf } from "../../statistics/summary.ts";
import { type Judged, type JudgedReport, showJudged } from "../judged.ts";
import type { MixedRecord, Worth } from "./mixed.ts";

const measures: Readonly<Record<keyof Worth, string>> = {
  columns: "distance of columns",
  associations: "gap of associations",
  told: "told above ½",
  lost: "lost by learning from samples",
  nearer: "nearer to training rows",
};
const names = Object.keys(measures).filter((name): name is keyof Worth => Object.hasOwn(measures, name));

/** A model is level with the copula where it is worse by at most so many standard errors over the splits. */
const ERRORS = 2;

/**
 * By table, means over the splits. The model is to be level with the copula everywhere, better in most, and no copyist: fixed before
 * anything was measured.
 */
export function mixedReport(records: readonly MixedRecord[]): JudgedReport {
  const tables = [...groupsOf(records, ({ table }) => table).values()];
  const header = ["table", "", ...names.map((name) => measures[name]), "step"];
  const rows = tables.flatMap((splits) => {
    const [first] = splits;
    const title = `${first?.table} (${first?.rows} × ${first?.columns})`;
    const mean = (of: (one: MixedRecord) => number): string => showNumber(meanOf(splits.map(of)));
    return [
      [title, "model", ...names.map((name) => mean(({ model }) => model[name])), mean(({ step }) => step)],
      ["", "copula", ...names.map((name) => mean(({ copula }) => copula[name])), ""],
      [
        ...["", "training rows"],
        ...(["columns", "associations", "told"] as const).map((name) =>
          mean(({ training }) => training[name]),
        ),
        ...["0", "", ""],
      ],
    ];
  });
  const compared = tables.flatMap((splits) =>
    names.filter((name) => name !== "nearer").map((name) => differenceOf(splits, name)),
  );
  const better = compared.filter(({ mean }) => mean < 0).length;
  const judged: Judged[] = [
    ...compared.map(({ table, name, mean, error }) => ({
      passes: mean <= ERRORS * error,
      text: `${table}: ${measures[name]} ${showNumber(mean)} over the copula's (limit ${showNumber(ERRORS * error)})`,
    })),
    ...tables.map((splits) => {
      const copies = splits.filter((one) => one.copies).length;
      return {
        passes: 2 * copies < splits.length,
        text: `${splits[0]?.table}: copies in ${copies} of ${splits.length} splits`,
      };
    }),
    {
      passes: 2 * better > compared.length,
      text: `better than the copula in ${better} of ${compared.length} measures of tables`,
    },
  ];
  return { text: `${markdownTable(header, rows)}\n\n${showJudged(judged)}`, judged };
}

/** How much more the model has of what is less where samples are better, with its standard error over the splits. */
function differenceOf(splits: readonly MixedRecord[], name: keyof Worth) {
  const differences = splits.map(({ model, copula }) => model[name] - copula[name]);
  const mean = meanOf(differences);
  const squares = meanOf(differences.map((difference) => (difference - mean) * (difference - mean)));
  const error = splits.length < 2 ? 0 : Math.sqrt(squares / (splits.length - 1));
  return { table: splits[0]?.table ?? "", name, mean, error };
}
