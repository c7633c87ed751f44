import { groupsOf } from "../report/groups.ts";
import { markdownTable, showNumber } from "../report/numbers.ts";
import { type AgreementRecord, passes } from "./compare.ts";

const groups = ["loss", "gradient", "parameter", "samples"] as const;

/** By case and engine: the error that is the largest part of its limit in each group, and this package's own beside. */
export function agreementTable(records: readonly AgreementRecord[]): string {
  const rows = [...groupsOf(records, (one) => `${one.case}, ${one.engine}`)].map(([name, some]) => [
    name,
    ...groups.map((group) => worst(some.filter(({ quantity }) => quantity.startsWith(group)))),
    bits(some.filter(({ compares }) => compares === "bits")),
    some.every(passes) ? "agrees" : `${some.filter((one) => !passes(one)).length} beyond the limit`,
  ]);
  return markdownTable(["", "loss", "gradient", "parameters", "samples", "bits", ""], rows);
}

/** What went beyond its limit, a line each. */
export function misses(records: readonly AgreementRecord[]): string[] {
  return records
    .filter((one) => !passes(one))
    .map(
      ({ case: id, engine, quantity, value, own, limit }) =>
        `${id}, ${engine}: ${quantity} ${showError(value)}, limit ${showError(limit)} (WebAssembly ${showError(own)})`,
    );
}

function worst(records: readonly AgreementRecord[]): string {
  const [first, ...others] = records;
  if (first === undefined) return "";
  const most = others.reduce((a, b) => (b.value / b.limit > a.value / a.limit ? b : a), first);
  return `${showError(most.value)} (${showError(most.own)})`;
}

function bits(records: readonly AgreementRecord[]): string {
  if (records.length === 0) return "";
  const other = records.filter((one) => !passes(one));
  return other.length === 0
    ? "all equal"
    : other.map(({ quantity, value }) => `${quantity}: ${value}`).join("; ");
}

function showError(value: number): string {
  return Number.isInteger(value) ? showNumber(value) : value.toExponential(1).replace("-", "−");
}
