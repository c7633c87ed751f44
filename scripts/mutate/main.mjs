// `npm run mutate`: changes the sources one place at a time, in a copy, and sees whether the tests notice.
//
//   npm run mutate -- --areas ops,optim --count 12 --seed 1   draws that many mutants of each area (default: 12 of all)
//   npm run mutate -- --thorough                              shows all other tests what survives, for minutes each
//   npm run mutate -- --workers 2                             runs test files side by side (default: one by one)
//   npm run mutate -- --list                                  how many mutants there are
//   npm run mutate -- --report                                writes docs/mutations.md from what was found before
//
// Mutants that were killed once are not tried again as long as their file is the same; what survived is.
import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { areas } from "./areas.mjs";
import { equivalents } from "./equivalents.mjs";
import { drawn, populationOf } from "./population.mjs";
import { reportOf } from "./report.mjs";
import { openSandbox, run } from "./sandbox.mjs";

/** @import { Area } from "./areas.mjs" */
/** @import { Candidate } from "./population.mjs" */

/**
 * What became of a mutant: whether it was noticed and by what, or is known to change nothing.
 * @typedef {{ id: string, area: string, outcome: "killed" | "survived" | "equivalent", by: string }} Result
 */

const root = fileURLToPath(new URL("../..", import.meta.url));
const store = join(root, "out/mutations.jsonl");

const { values: flags } = parseArgs({
  options: {
    areas: { type: "string" },
    count: { type: "string", default: "12" },
    seed: { type: "string", default: "1" },
    workers: { type: "string", default: "1" },
    thorough: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    report: { type: "boolean", default: false },
  },
});
const [count, seed] = [Number(flags.count), Number(flags.seed)];
const names = flags.areas?.split(",") ?? areas.map(({ name }) => name);
const chosen = names.map((name) => {
  const area = areas.find((candidate) => candidate.name === name);
  if (area === undefined)
    throw new Error(`there is no area "${name}": there are ${areas.map((a) => a.name).join(", ")}`);
  return area;
});
const samples = chosen.map((area) => {
  const population = populationOf(root, area);
  return { area, size: population.length, sample: drawn(population, count, `${seed} ${area.name}`) };
});

if (flags.list) {
  for (const { area, size } of samples) console.log(`${area.name}: ${size} mutants`);
} else {
  const known = resultsBefore();
  if (!flags.report) await tryAll(known);
  writeFileSync(join(root, "docs/mutations.md"), reportOf({ samples, known, seed, commit: commit() }));
}

function commit() {
  return execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: root, encoding: "utf8" }).trim();
}

/** @returns {Map<string, Result>} */
function resultsBefore() {
  const lines = existsSync(store) ? readFileSync(store, "utf8").split("\n").filter(Boolean) : [];
  return new Map(lines.map((line) => JSON.parse(line)).map((result) => [result.id, result]));
}

/**
 * Tries the drawn mutants and adds what is found.
 * @param {Map<string, Result>} known
 */
async function tryAll(known) {
  const place = openSandbox(root);
  mkdirSync(dirname(store), { recursive: true });
  for (const { area, sample } of samples) {
    const judge = judgeOf(place, area);
    for (const candidate of sample) {
      if (known.get(candidate.id)?.outcome === "killed") continue;
      const reason = equivalents.find((entry) => isSame(entry, candidate))?.reason;
      /** @type {Pick<Result, "outcome" | "by">} */
      const verdict = reason === undefined ? await judge(candidate) : { outcome: "equivalent", by: reason };
      const result = { id: candidate.id, area: area.name, ...verdict };
      known.set(result.id, result);
      appendFileSync(store, `${JSON.stringify(result)}\n`);
      console.log(`${area.name} ${candidate.file}:${candidate.line} ${verdict.outcome} ${verdict.by}`);
      if (verdict.outcome === "survived") console.log(`  - ${candidate.before}\n  + ${candidate.after}`);
    }
  }
}

/** @param {{ file: string, before: string, after: string }} entry @param {Candidate} candidate */
function isSame(entry, { file, before, after }) {
  return entry.file === file && entry.before === before && entry.after === after;
}

/**
 * What tries the mutants of an area: the tests near it, then the types, then perhaps the others. Without a mutant each of
 * them has to pass, and how long that takes decides how long a mutant may.
 * @param {string} place
 * @param {Area} area
 */
function judgeOf(place, area) {
  /** @type {Map<string, number>} */
  const limits = new Map();
  /** @param {string} program @param {string[]} words */
  const passes = async (program, words) => {
    const key = [program, ...words].join(" ");
    const limit = limits.get(key);
    const { status, output, milliseconds } = await run(place, program, words, limit ?? 1_800_000);
    if (limit === undefined) {
      if (status !== 0) throw new Error(`without a mutant this fails: ${key}\n${output.slice(-4000)}`);
      limits.set(key, 3 * milliseconds + 30_000);
    }
    return { status, output };
  };
  const missing = [...area.near, ...area.far].find((test) => !existsSync(join(place, test)));
  if (missing !== undefined) throw new Error(`area ${area.name}: there is no ${missing}`);
  const far = area.far.filter((test) => !area.near.some((near) => test.startsWith(near)));
  const vitest = ["run", "--bail=1", `--maxWorkers=${flags.workers}`, "--reporter=default"];
  const existing = area.sources.filter((source) => existsSync(join(place, source)));
  const packages = [...new Set(existing.map((source) => source.split("/").slice(0, 2).join("/")))];
  /** @type {{ program: string, words: string[], by: (output: string) => string }[]} */
  const stages = [
    { program: "vitest", words: [...vitest, ...area.near], by: failedTest },
    { program: "tsc", words: ["-b", ...packages], by: () => "the types" },
    ...(flags.thorough ? [{ program: "vitest", words: [...vitest, ...far], by: failedTest }] : []),
  ];
  /** @type {(candidate: Candidate) => Promise<Pick<Result, "outcome" | "by">>} */
  return async (candidate) => {
    const path = join(place, candidate.file);
    for (const { program, words, by } of stages) {
      if (!limits.has([program, ...words].join(" "))) await passes(program, words);
      writeFileSync(path, candidate.mutated);
      try {
        const { status, output } = await passes(program, words);
        if (status !== 0) return { outcome: "killed", by: status === null ? "taking too long" : by(output) };
      } finally {
        writeFileSync(path, candidate.source);
      }
    }
    return { outcome: "survived", by: "" };
  };
}

/** The first test that failed; the runner itself has to work. @param {string} output */
function failedTest(output) {
  const name = /FAIL\s+(.+)/.exec(output)?.[1]?.trim();
  if (name === undefined) throw new Error(`no test failed, and yet vitest did:\n${output.slice(-4000)}`);
  return name;
}
