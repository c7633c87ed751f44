import { random } from "@scoretape/autograd";
import type { Call } from "../call.ts";
import { comparisonOf } from "../comparing/comparison.ts";
import { readPair } from "../comparing/pair.ts";
import { showComparison, verdictOf } from "../comparing/show.ts";
import { typesIn } from "../data/types.ts";
import { ensureOutput, isStream, writeOutput } from "../files/output.ts";
import { nameOf } from "../files/read.ts";
import { readingOf } from "../flags/reading.ts";
import { STREAM } from "../flags/value.ts";
import { note } from "../terminal/note.ts";

/** `scoretape compare A.csv B.csv` */
export function runCompare({ operands, flags, io }: Call<"compare">): void {
  const [a, b] = operands;
  ensureOutput(
    flags.out,
    operands.map((path) => (path === STREAM ? "/dev/stdin" : path)),
  );
  const key = random.key(flags.seed);
  const pair = readPair([a, b], readingOf(flags), typesIn(flags.types), random.foldIn(key, 0));
  for (const remark of pair.remarks) note(io, remark);
  const comparison = comparisonOf(pair, random.foldIn(key, 1));
  const names = [nameOf(a), nameOf(b)] as const;
  const inItsPlace = flags.out !== undefined && isStream(flags.out);
  if (!inItsPlace) io.stdout.write(showComparison(comparison, names));
  if (flags.out === undefined) return;
  const written = { tables: names, ...comparison, verdict: verdictOf(comparison) };
  writeOutput(flags.out, `${JSON.stringify(written, null, 2)}\n`, io);
}
