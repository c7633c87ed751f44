/** Ranks from 1; equal values get the mean of theirs. */
export function midRanks(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values, (_, i) => i).sort(
    (a, b) => (values[a] as number) - (values[b] as number),
  );
  const valueAt = (place: number): number => values[order[place] as number] as number;
  const ranks = new Float64Array(values.length);
  for (let first = 0, next = 0; first < order.length; first = next) {
    while (next < order.length && valueAt(next) === valueAt(first)) next++;
    for (let place = first; place < next; place++) ranks[order[place] as number] = (first + 1 + next) / 2;
  }
  return ranks;
}
