import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { mutantsOf } from "./mutants.mjs";

/** @import { Area } from "./areas.mjs" */

/**
 * A mutant with its file's text, without and with it, and the line where they part.
 * @typedef {{ id: string, file: string, line: number, before: string, after: string, source: string, mutated: string }} Candidate
 */

/**
 * All mutants of an area, in the order of its files.
 * @param {string} root
 * @param {Area} area
 * @returns {Candidate[]}
 */
export function populationOf(root, area) {
  return area.sources.flatMap((source) => filesIn(root, source)).flatMap((file) => candidatesOf(root, file));
}

/** @param {string} root @param {string} path @returns {string[]} */
function filesIn(root, path) {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  if (statSync(full).isFile()) return [path];
  return readdirSync(full)
    .toSorted()
    .flatMap((name) => filesIn(root, `${path}/${name}`));
}

/** @param {string} root @param {string} file @returns {Candidate[]} */
function candidatesOf(root, file) {
  const source = readFileSync(join(root, file), "utf8");
  const version = createHash("sha256").update(source).digest("hex").slice(0, 12);
  return mutantsOf(file, source).map(({ start, end, text }) => {
    const mutated = source.slice(0, start) + text + source.slice(end);
    const from = source.lastIndexOf("\n", start - 1) + 1;
    /** @param {string} all @param {number} after */
    const lineOf = (all, after) => {
      const to = all.indexOf("\n", after);
      return all
        .slice(from, to === -1 ? all.length : to)
        .trim()
        .replaceAll(/\s+/g, " ");
    };
    return {
      id: `${file} ${version} ${start}-${end} ${text}`,
      file,
      line: source.slice(0, start).split("\n").length,
      before: lineOf(source, end),
      after: lineOf(mutated, start + text.length),
      source,
      mutated,
    };
  });
}

/**
 * A sample without replacement, the same for the same seed.
 * @template T
 * @param {readonly T[]} population
 * @param {number} count
 * @param {string} seed
 * @returns {T[]}
 */
export function drawn(population, count, seed) {
  const rest = [...population];
  const sample = [];
  for (let i = 0; i < count && rest.length > 0; i++) {
    const word = createHash("sha256").update(`${seed} ${i}`).digest().readUInt32LE(0);
    sample.push(...rest.splice(word % rest.length, 1));
  }
  return sample;
}
