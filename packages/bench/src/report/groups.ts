/** The records by what a function says of them, in the order in which they came. */
export function groupsOf<R>(records: readonly R[], of: (record: R) => string): ReadonlyMap<string, R[]> {
  const groups = new Map<string, R[]>();
  for (const record of records) {
    const group = groups.get(of(record));
    if (group === undefined) groups.set(of(record), [record]);
    else group.push(record);
  }
  return groups;
}
