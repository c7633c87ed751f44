/** @import { Area } from "./areas.mjs" */
/** @import { Result } from "./main.mjs" */
/** @import { Candidate } from "./population.mjs" */

/**
 * The report of a run, as a page.
 * @param {{ samples: { area: Area, size: number, sample: Candidate[] }[], known: Map<string, Result>, seed: number, commit: string }} findings
 */
export function reportOf({ samples, known, seed, commit }) {
  const rows = samples.map(({ area, size, sample }) => {
    const results = sample.flatMap((candidate) => known.get(candidate.id) ?? []);
    /** @param {Result["outcome"]} outcome */
    const many = (outcome) => results.filter((result) => result.outcome === outcome).length;
    return {
      name: area.name,
      size,
      tried: results.length,
      killed: many("killed"),
      survived: many("survived"),
      equivalent: many("equivalent"),
    };
  });
  /** @param {"size" | "tried" | "killed" | "survived" | "equivalent"} column */
  const total = (column) => rows.reduce((sum, row) => sum + row[column], 0);
  const share = (100 * total("killed")) / (total("killed") + total("survived"));
  /** @param {Result["outcome"]} outcome */
  const found = (outcome) =>
    samples.flatMap(({ sample }) => sample.filter(({ id }) => known.get(id)?.outcome === outcome));
  /** @param {Candidate} candidate */
  const change = ({ file, line, before, after }) =>
    `\`${file}\`, line ${line}:\n\n\`\`\`diff\n- ${before}\n+ ${after}\n\`\`\``;
  const survived = found("survived").map((candidate) => `${change(candidate)}\n`);
  const equivalent = found("equivalent").map(
    (candidate) => `${change(candidate)}\n\n${known.get(candidate.id)?.by}\n`,
  );
  return [
    "# Mutants\n",
    `\`npm run mutate\` changes the sources one place at a time (operators, bounds, conditions, numbers, effects, methods) and
runs the tests on each. Of all mutants a sample is drawn, which seed ${seed} decides; one that no test and no type notices
has survived. This is what was found on ${new Date().toISOString().slice(0, 10)}, at commit ${commit}:
${total("killed")} of ${total("killed") + total("survived")} mutants that change something were noticed, ${share.toFixed(1)} %.\n`,
    "| | mutants in all | tried | noticed | survived | equivalent |",
    "|---|---|---|---|---|---|",
    ...rows.map(
      ({ name, size, tried, killed, survived, equivalent }) =>
        `| ${name} | ${size} | ${tried} | ${killed} | ${survived} | ${equivalent} |`,
    ),
    `| **all** | ${total("size")} | ${total("tried")} | ${total("killed")} | ${total("survived")} | ${total("equivalent")} |\n`,
    ...(survived.length === 0 ? [] : ["## Survived\n", ...survived]),
    ...(equivalent.length === 0 ? [] : ["## Equivalent\n", ...equivalent]),
  ].join("\n");
}
