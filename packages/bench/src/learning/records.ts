import { readFileSync } from "node:fs";
import { UsageError } from "../command/usageError.ts";
import type { AnomalyRecord } from "./anomalies.ts";
import type { GapsRecord } from "./gaps.ts";
import type { MixedRecord } from "./mixed/mixed.ts";
import type { SetRecord } from "./sets.ts";
import type { TableRecord } from "./tables.ts";
import type { WideRecord } from "./wide.ts";

type LearningRecord = AnomalyRecord | SetRecord | WideRecord | TableRecord | MixedRecord | GapsRecord;

/** The records in files that `--out` wrote. @throws UsageError for a file that cannot be read */
export function readRecords(paths: readonly string[]): LearningRecord[] {
  return paths.flatMap((path) => {
    try {
      const lines = readFileSync(path, "utf8").split("\n");
      return lines.filter((line) => line !== "").map((line): LearningRecord => JSON.parse(line));
    } catch (error) {
      throw new UsageError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}

export function byKind(records: readonly LearningRecord[]): {
  readonly sets: readonly SetRecord[];
  readonly wide: readonly WideRecord[];
  readonly tables: readonly TableRecord[];
  readonly mixed: readonly MixedRecord[];
  readonly gaps: readonly GapsRecord[];
  readonly anomalies: readonly AnomalyRecord[];
} {
  return {
    sets: records.filter((one) => one.kind === "set"),
    wide: records.filter((one) => one.kind === "wide"),
    tables: records.filter((one) => one.kind === "table"),
    mixed: records.filter((one) => one.kind === "mixed"),
    gaps: records.filter((one) => one.kind === "gaps"),
    anomalies: records.filter((one) => one.kind === "anomalies"),
  };
}
