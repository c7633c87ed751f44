import type { Header } from "./header.ts";
import type { Reading } from "./reading.ts";
import { listed, quoted, TableError } from "./remark.ts";

/** A column of a text. */
export interface Column {
  /** Its place in the text, from 0. */
  readonly at: number;
  readonly name: string;
  /** Whether the text gives it that name. */
  readonly isNamed: boolean;
}

/** `column 5, Species` */
export function labelOf({ at, name, isNamed }: Column): string {
  return `column ${at + 1}, ${isNamed ? "" : "called "}${shown(name)}`;
}

/** `columns 1 (species), 2 (island) and 7 (sex)`, `column 5, Species,` for one. */
export function labelsOf(columns: readonly Column[]): string {
  const [first] = columns;
  if (columns.length === 1 && first !== undefined) return `${labelOf(first)},`;
  return `columns ${some(columns.map(({ at, name }) => `${at + 1} (${shown(name)})`))}`;
}

/** A name as it stands in a sentence. */
export function shown(name: string): string {
  return /^[\p{L}\p{N}\p{S}_()%/.\-#]([\p{L}\p{N}\p{S}_()%/.\-# ]{0,38}[\p{L}\p{N}\p{S}_()%/.\-#])?$/u.test(
    name,
  )
    ? name
    : quoted(name);
}

/** All columns of a text: those without a name are called x1, x2, … by their place. */
export function columnsOf({ names, width }: Header): Column[] {
  const taken = new Set(names);
  return Array.from({ length: width }, (_, at) => {
    const given = names?.[at] ?? "";
    let name = given === "" ? `x${at + 1}` : given;
    if (given === "") while (taken.has(name)) name += "_";
    return { at, name, isNamed: given !== "" };
  });
}

/**
 * The columns that are asked for.
 *
 * @throws TableError if one of them is not there, none is left, or two of them have one name.
 */
export function selected(all: readonly Column[], { columns, drop = [], ignore = [] }: Reading): Column[] {
  const byName = new Map<string, Column[]>();
  for (const column of all) {
    const alike = byName.get(column.name);
    if (alike === undefined) byName.set(column.name, [column]);
    else alike.push(column);
  }
  const named = (name: string, what: string): readonly Column[] => {
    const found = byName.get(name);
    if (found !== undefined) return found;
    const names = some(all.map((column) => shown(column.name)));
    throw new TableError([`there is no column ${quoted(name)} to ${what}; the columns are ${names}`]);
  };
  for (const name of drop) named(name, "leave out");
  const left = new Set([...drop, ...ignore]);
  const taken = columns?.flatMap((name) => named(name, "take")) ?? all;
  const kept = taken.filter(({ name }) => !left.has(name));
  if (kept.length === 0) throw new TableError(["no column is left; leave out fewer"]);
  checkDistinct(kept);
  return kept;
}

function checkDistinct(columns: readonly Column[]): void {
  const seen = new Map<string, Column>();
  for (const column of columns) {
    const { name, at } = column;
    const before = seen.get(name);
    if (before === column) throw new TableError([`column ${shown(name)} is asked for twice; name it once`]);
    if (before !== undefined) {
      throw new TableError([
        `columns ${before.at + 1} and ${at + 1} are both named ${quoted(name)}; rename one of them, leave both out with `,
        { drop: [name] },
        ", or, if their line is no header, say ",
        { header: false },
      ]);
    }
    seen.set(name, column);
  }
}

/** The first dozen of some names. */
export function some(names: readonly string[]): string {
  const most = 12;
  return names.length <= most
    ? listed(names)
    : `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
}
